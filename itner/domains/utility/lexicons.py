"""Names of things in specifications for electric lines, written down for this project."""

from __future__ import annotations

from itner.domains.finding import list_names

MATERIALS = list_names(
    """
    PVC | HDPE | galvanized steel | stainless steel | steel | copper | hard-drawn copper | aluminum | concrete |
    Douglas fir | western red cedar | southern yellow pine | ACSR | AAC | AAAC | XLPE | EPR | fiberglass |
    backfill | native soil | sand | gravel | porcelain | polymer | silicone | epoxy | slurry | grout | mortar |
    rebar | reinforcing steel | wood | cedar | pine | fir | iron | ductile iron | cast iron | brass | bronze |
    creosote | penta | pentachlorophenol | asphalt | clay | rock | soil | crushed rock | native backfill |
    semicon | rubber | neoprene | lead | oil | mineral oil | SF6 | bentonite | galvanized | copper-clad |
    copper-clad steel | polyethylene | polypropylene | topsoil | aggregate | stainless
    """
)
INSTALLATIONS = list_names(
    """
    pole | conduit | duct bank | duct | trench | conductor | service drop | guy | crossarm | riser | vault |
    manhole | handhole | cable | neutral | ground rod | span | communication line | foundation | splice pit |
    primary cable | secondary cable | overhead ground wire | shield wire | static wire | direct-buried cable |
    supply conductor | street light circuit | messenger | down guy | span guy | jumper | ground wire |
    grounding conductor | primary | secondary | service | lateral | feeder | circuit | line | structure | tower
    | pedestal | pad | footing | pullbox | pull box | triplex | transmission line | distribution line | guy wire
    | stub pole | lashed cable | fiber cable | telephone line | communication cable | primary conductor |
    secondary conductor | phase conductor | gas main | water main | gas line | water line | loop | tap | bore |
    casing | encasement | sweep | bend | ground grid | substation fence
    """
)
EQUIPMENT = list_names(
    """
    transformer | pad-mounted transformer | pad-mounted switchgear | switchgear | cutout | surge arrester |
    arrester | insulator | recloser | meter | capacitor bank | elbow | splice kit | clamp | bolt | anchor |
    crimping tool | megohmmeter | fault indicator | bucket truck | regulator | voltage regulator | switch |
    disconnect switch | fuse | fuse link | relay | bushing | terminator | termination | connector | bracket |
    pin | brace | guy guard | guy marker | strain insulator | post insulator | suspension insulator | dead-end |
    deadend clamp | hot stick | grounding jumper | grounds | crane | backhoe | digger derrick | meter socket |
    panelboard | breaker | circuit breaker | luminaire | photocell | lid | cover | warning tape | pull rope |
    mandrel | ladder rack | bond | lug | locknut | washer | turnbuckle | preformed grip | armor rod | damper |
    spacer | u-guard | molding | enclosure | cabinet | reel | tensioner | puller | harness | rubber gloves |
    cover-up
    """
)
LOCATIONS = list_names(
    """
    street | streets | railroad tracks | railroad | tracks | driveway | public thoroughfare | thoroughfare |
    rural district | roof | swimming pool | waterway | sidewalk | easement | substation yard | substation |
    property line | curb line | curb | highway | road | alley | parking lot | building | creek | river | canal |
    field | orchard | grade | ground | groundline | finished grade | pavement | right-of-way | right of way |
    shoulder | median | intersection | bridge | fence | footpath | walkway | levee | lake | reservoir | pasture
    | vineyard | ditch | yard | lot | parkway | crosswalk | wall | window | residence | dwelling | garage | deck
    | patio | ground line | surface | roadway | lane
    """
)
