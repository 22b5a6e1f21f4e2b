"""How reports word things: standards, what is measured, and what is not so, not sure, or of something else."""

from __future__ import annotations

import re

# How a text names a standard, by the name that the table uses.
STANDARDS = {
    "G.O. 95": r"G\.?\s?O\.?\s?-?\s?95|General Order(?: No\.?)? 95",
    "G.O. 128": r"G\.?\s?O\.?\s?-?\s?128|General Order(?: No\.?)? 128",
    "NESC": r"NESC|ANSI C2\b|IEEE C2\b|National Electrical Safety Code",
    "NEC": r"NEC\b|NFPA 70\b|National Electrical Code",
    "OSHA 1910.269": r"(?:OSHA )?1910\.269",
    "OSHA 1926.1408": r"(?:OSHA )?1926\.1408",
    "IEEE 400.2": r"IEEE 400\.2",
    "ANSI C84.1": r"(?:ANSI )?C84\.1",
    "ANSI O5.1": r"(?:ANSI )?O5\.1",
    "ASTM C94": r"(?:ASTM )?C94\b",
    "RUS 1728F-804": r"RUS(?: 1728F-804)?\b|1728F-804",
    "EUSERC": r"EUSERC",
}
CITED = {name: re.compile(rf"(?<!\w)(?:{pattern})") for name, pattern in STANDARDS.items()}
OSHA = re.compile(r"\bOSHA\b")

# What is measured.
# ----------------
# Words that tell of what kind the quantities near them are.
_CUES = {
    "clearance": r"clear(?:s|ed|ance|ances)?|above|over|vertical|sag\w*|hang\w*|cross(?:es|ing|ed)?|x-?ing|under",
    "separation": r"separat\w+|apart|away|from|between|distance|spac\w+|space|beside|horizontal\w*|within|approach\w*"
    r"|came|off|to|below",
    "depth": r"deep|depth|set|sets|setting|embed\w*|embedment|driven|drove|in the ground|into|in",
    "cover": r"cover|buried|burial|below|under|depth|deep|down|bury",
    "height": r"high|height|mounted|up|above (?:grade|ground|the ground|floor)|from (?:grade|ground|floor)|off "
    "the ground|at|top|ends|stops|center",
    "length": r"long|length|tall",
    "diameter": r"diameter|dia|diam|thick",
    "circumference": r"circumference|girth|around|top",
    "radius": r"radius|bend\w*|sweep",
    "resistance": r"resistance|reads|reading|read|measured|tested|test|ohms?",
    "voltage": r"voltage|reads|reading|read|measured|volts?|at the meter",
    "temperature": r"rated|temperature|degrees?|runs?|running|hot|load\w*|conductor",
    "percent": r"fill\w*|full|percent|area",
    "duration": r"for|minutes?|held|after|hours?|duration|min|lasted|ran",
}
CUE = {name: re.compile(rf"\b(?:{pattern})\b", re.IGNORECASE) for name, pattern in _CUES.items()}
# Words next to a length that leave no doubt of which kinds it can be. A length that is wide is of none of them.
_DEEP = frozenset({"depth", "cover"})
_CLEAR = frozenset({"clearance", "separation"})
_HIGH = frozenset({"height", "clearance", "length"})
_THINGS = (
    r"(?:trench(?:es)?|ditch(?:es)?|holes?|pits?|excavations?|fences?|walls?|poles?|trucks?|loads?|shafts?|vaults?)"
)
KIND_BEHIND = tuple(
    (re.compile(rf"[\s-]*(?:{pattern})", re.IGNORECASE), kinds)
    for pattern, kinds in (
        (rf"(?:deep|high|tall|long|wide|thick)[ -](?:\w+[ -])?{_THINGS}\b", frozenset()),
        (
            r"(?:apart|away|between|spacing|of (?:spacing|separation)|separation|horiz\w*\.?)\b",
            frozenset({"separation"}),
        ),
        (r"(?:deep|depth|of depth|in depth|in(?:to)? the (?:ground|soil|earth|hole))\b", _DEEP),
        (r"(?:of )?(?:\w+ )?cover\b|of (?:earth|soil|fill|dirt)\b|below (?:grade|ground|the surface)\b", _DEEP),
        (r"(?:of )?(?:vertical |vert\.? |ground )?(?:clearance|headroom)\b", _CLEAR),
        (r"(?:of |in )?(?:high|tall|height)\b", _HIGH),
        (r"(?:of |in )?(?:long|length)\b", frozenset({"length"})),
        (r"(?:of |in )?(?:dia|diam|diameter)\b", frozenset({"diameter"})),
        (r"(?:of |in )?(?:circumference|girth|around)\b", frozenset({"circumference"})),
        (r"(?:bend |bending |sweep )?radius\b", frozenset({"radius"})),
        (r"(?:of |in )?(?:wide|width|thick)\b", frozenset()),
    )
)
_IS = r"(?: (?:is|of|are|by|was|at|only|just|about))*[:=]?\s*"
KIND_BEFORE = tuple(
    (re.compile(rf"\b(?:{pattern}){_IS}$", re.IGNORECASE), kinds)
    for pattern, kinds in (
        (r"spaced|spacing|separated|separation", frozenset({"separation"})),
        (r"depth|embedment|embedded|driven", _DEEP),
        (r"cover|buried|burial depth", _DEEP),
        (r"clearance", _CLEAR),
        (r"height", _HIGH),
        (r"length", frozenset({"length"})),
        (r"diameter|dia", frozenset({"diameter"})),
        (r"circumference|girth", frozenset({"circumference"})),
        (r"radius", frozenset({"radius"})),
    )
)
# What is no line: a figure beside it, in a statement that does not name the line in question, is of it.
NO_LINE = re.compile(
    r"\b(?:trees?|limbs?|branch(?:es)?|foliage|vegetation|signs?|signals?|banners?|luminaires?|street ?lights?"
    r"|lamps?|mast arms?|bridge|overpass|trusses|truck|loads?|boom|crane|ladder|fence|scaffold\w*|awning|canopy"
    r"|trolley|contact wire|catenary|transformers?|meters?|antennas?|cameras?|pole tops?|top of (?:the )?pole"
    r"|crossarms?|insulators?|balcon(?:y|ies)|gutters?)\b",
    re.IGNORECASE,
)
# What a line is called whose kind is not told: which limit it has depends on it.
SOME_LINE = re.compile(
    r"\b(?:lines?|circuits?|feeders?|wires?|conductors?|cables?|spans?|taps?|bus|voltage|transmission|primary|secondary"
    r"|distribution)\b",
    re.IGNORECASE,
)
# The words of a report that names no line: with others, something else may hang there.
_PLAIN = (
    "a about above across after again all alley along also an and approx approximately are as at avenue be below "
    "blvd boulevard by center centerline clear clearance clearances clearing clears code compliant complies corner "
    "crosses crossing crossings distance down drive driveway during east exactly feet field find finding foot for "
    "found from ft full good grade ground hangs has have height here high highway hwy in inch inches inspection is "
    "it its just lane least less location low lower lowest main meas measured measurement measures meets meter "
    "meters metre metres mid midspan min minimum more morning near new no north not noted now of ok okay on only or "
    "order over passes pavement per point pole rd read reading reads report req reqs required requirement road "
    "roadway rule s same second section should site south spot st standard stick still street streets surface taken "
    "tape than that the there this thoroughfare to today total under unit vert vertical vertically very violates "
    "violation was we well were west with"
)
PLAIN = frozenset(_PLAIN.split())
# A street that is part of an address is where somebody lives, and not what a line hangs above.
ADDRESS = re.compile(
    r"(?<!over )(?<!above )(?<!across )(?<!crossing )(?<![\w.])[0-9]{1,5}[A-Za-z]?\s+"
    r"(?:(?!(?:over|above|across|cross\w*|x-?ing|in|on|at|to|and|the|is|along|near|under|by|of|from|hangs?|sags?"
    r"|has)\b)"
    r"[A-Za-z.']+\s+){1,3}$",
    re.IGNORECASE,
)
# In front of what lies below a line. What lies beside it is something else.
OVER = re.compile(
    r"\b(?:over|above|across|cross(?:es|ing|ed)?|x-?ing|spans?|spanning)\s+(?:the |a |an |our |its |his |her |their )?"
    r"(?:[\w'-]+ ){0,2}$",
    re.IGNORECASE,
)
BESIDE = re.compile(
    r"\b(?:near|beside|next to|adjacent to|close to|towards?|off)\s+(?:the |a |an |our |its )?$", re.IGNORECASE
)
# What a length is told above or below of, and the words for what everything is above.
ABOVE = re.compile(r"\s*(?:of clearance |clear )?(?:above|below|over|under|beneath)\s+", re.IGNORECASE)
EARTH = re.compile(
    r"(?:the |a |an )?(?:finished |final |top of )?(?:\w+ )?(?:ground|grade|surface|pavement|paving|asphalt|gravel"
    r"|concrete|dirt"
    r"|water(?: surface| level| line)?|cent(?:er|re) ?line|crown|it|them|this|code|minimum|limit|required?"
    r"|requirement|spec\w*)\b",
    re.IGNORECASE,
)
# What a height is measured from, where a road may be beside it.
STOOD_ON = re.compile(r"(?:\w+ )?(?:ground(?:line)?|grade|floor|earth|slab|surface|pad)\b", re.IGNORECASE)
# What a length behind a preposition is measured from.
FROM = re.compile(
    r"\s*(?:away |clear |horiz\w*\.? |horizontally )?(?:from|off)(?: of)?\s+(?:the |a |an |its |any )?", re.IGNORECASE
)
# In front of what something hangs from, or is next to.
HUNG_FROM = re.compile(r"\b(?:from|beside|near|next to)\s+(?:the |a |an )?$", re.IGNORECASE)
# Between "above" and a name: what follows is where the thing in between is.
ELSEWHERE = re.compile(r"\b(?:on|at|in|by|near|along|off|beside)\b", re.IGNORECASE)
# Behind a name, what makes it the name of something else: a pool pump is no pool.
TAIL = re.compile(
    r"\s+(?:pump|fence|house|heater|filter|slide|lights?|signs?|valve|marker|meter|riser|box|vault|pole(?! *#?\d)"
    r"|view|tank|easement|gate|crew|truck|clamp|connector|lead|bracket|dirt|material|sand)\b",
    re.IGNORECASE,
)
GROUND = re.compile(
    r"(?:\w+ )?(?:ground(?:line)?|grade|floor|surface|pavement|gravel|concrete|asphalt|road(?:way)?|street|water"
    r"|deck|earth"
    r"|sidewalk|slab"
    r"|rails?)\b",
    re.IGNORECASE,
)
LINES = re.compile(
    r"(?:[\w.-]+ ){0,3}?(?:lines?|conductors?|cond\b|wires?|phases?|primary|secondary|cables?|bus|it|them|each other"
    r"|one another|another)\b",
    re.IGNORECASE,
)
# So much of something: 3 ft of slack, where 3 ft of cover are a measure.
AMOUNT = re.compile(
    r"\s*of\s+(?!(?:[\w-]+\s+){0,2}?(?:cover|clear\w*|separation|spacing|space|depth|height|headroom|radius|earth"
    r"|soil|fill|dirt|embedment|burial|G\.?\s?O\.?|NESC|NEC|OSHA)\b)"
    r"(?!the\b|an?\b|any\b|energized|overhead|power|live|bare|each\b)",
    re.IGNORECASE,
)
# A 15 ft load, where a 15 ft clearance is a measure.
A_THING = re.compile(r"\b(?:an?|his|her|their|one|every|each|another)\s+$", re.IGNORECASE)
NO_THING = re.compile(
    r"[\s-]+(?:clear\w*|vert\w*|horiz\w*|over|above|below|beneath|under\w*|from|to|at|of|off|on|in|into|and|or|deep"
    r"|high|tall|long|wide|cover|separation|spacing|gap|distance|min\w*|max\w*|radius|bend|sweep|dia\w*|height|depth"
    r"|reading|measurement|ground|working|measur\w*|exact\w*|all|then|vs|versus|per|total|low|lowest|mid\w*|along\w*"
    r"|beside|next|near|now|today|currently|ok|okay|only|this|yesterday|through|during|before|because|but|which|that"
    r"|so|as|since|until|per|if|still|left|remain\w*|clr|free|circumference|girth|setting|up|down|between|apart|away"
    r"|by|with|after|when|where|for|hit|is|was)\b|[\s-]*[^\w\s-]|\s*$",
    re.IGNORECASE,
)
# What leads up to a quantity that is told of the thing itself; behind another word it may be of something else.
LEADING = re.compile(
    r"(?:^|[^\w\s]\s*|\b(?:ave|avenue|st|street|rd|road|blvd|hwy|highway|roof|driveway|alley|panel|track|check|says?"
    r"|said|then|vs|versus|today|required|limit|swung|swings|strung|probe|went|trench|phase|low\w*|is|are|was|were"
    r"|at|only|just|about|approx|approximately|roughly|around|some|nearly|almost|ha[sd]|have|with|of|by|measur\w+"
    r"|meas|reads?|reading|test\w*|megger\w*|found|shows?|stands?|hangs?|hung|sits?|sags?|set|driven|drove|buried"
    r"|embedded|mounted|clear\w*|got|gets?|gives?|giving|now|still|actual\w*|full|total|exactly|good|than|over|under"
    r"|above|below|least|most|within|exceed\w*|height|depth|cover|clearance|length|radius|diameter|circumference"
    r"|girth|resistance|distance|separation|spacing|away|apart|down|up|low|high|deep|point|pt|kept|keeps?|stay\w*"
    r"|remain\w*|left|runs?|running|ends?|stops?|begins?|starts?|reach\w*|cross\w*|pass\w*|spaced|between|and|but|in"
    r"|on|vertical\w*|vert|horizontal\w*|horiz|lowest|cent(?:er|re)|ctr|mid-?span|lies|plus|for|held|lasted|took"
    r"|after|comes|came|loaded|fill\w*|grade|ground|the|an?|it|them|attached|laid|as|uncovered|another|across|no|not"
    r"|low|moved|off|to (?:a|the)|volts?|tip|(?:sag\w*|droop\w*|dip\w*|hang\w*|drop\w*|down|up|set|driven|drove"
    r"|rais\w*|lower\w*|carried|bent|swung|moved|close|closer|came|come|comes|brought|it|street|road|ran|runs|loaded"
    r"|re-?sagged|re-?tensioned|cut back|trimmed|pole|\d|ft|feet|in|ohms?|['\u2019\"]) to)\s*)$",
    re.IGNORECASE,
)
# Of what stands behind or before a quantity: it is another dimension than the one in question.
OTHER_BEHIND = re.compile(
    r"\s*(?:lifts?|wide|in width|thick|span\b|reel|from the (?:pole|corner)|(?:east|west|north|south)\b|sections?"
    r"|joints?|sag\b|slack\b|down the|up the (?:road|street|line))",
    re.IGNORECASE,
)
OTHER_BEFORE = re.compile(
    r"(?:\b(?:spans?|mast|run of|width|for|lifts? of|every|length|sta(?:tion)?|route|trench is|wide|boom|ladder"
    r"|stick|sag(?:s|ged)?)\s*(?:of |is |are |= ?|about |only ){0,2}|\b(?:(?:pole|fence|truck|load|vehicle|tree"
    r"|house|building|trailer|wall|sign)(?:s|'s)?(?: height)?)"
    r"\s*(?:of |is |are |= ?|, |about |only ){0,2}|\b(?:that|which) (?:is|are|was|were) (?:about |only )?)$",
    re.IGNORECASE,
)
SIZED = re.compile(
    r"[ -](?:(?:class \w+|wood|steel|pvc|hdpe|rigid|galvanized|metal|diameter|dia\.?|schedule 40)[ ,]+)*"
    r"(?:poles?|conduits?|pipes?|ducts?|rods?|ladders?|trench(?:es)?|crossarms?|spans?|bores?|stubs?|reels?|booms?"
    r"|masts?|fences?|walls?|lanes?)\b",
    re.IGNORECASE,
)
NEGATED = re.compile(r"\b(?:not (?:in|on|over|a|an|within)|outside(?: of)?|no)\s+(?:the |any |a )?$")
# What may stand between the words of a name, as in direct-buried copper cable, 40 ft class 3 pole.
BETWEEN = (
    r"class [h]?\w{1,2}|schedule \d+|sch\.? ?\d+|#?\d+(?:/0)?(?: ?awg| ?kcmil)?|new|old|existing|wood(?:en)?|steel"
    r"|pvc|hdpe|copper(?:-clad)?|aluminum|insulated|bare|covered|jacketed|xlpe|epr|single-phase|three-phase"
    r"|dia(?:meter)?\.?"
)

# A line that is named by its voltage.
LINE = re.compile(
    r"[\s-]+(?:\w+ )?(?:lines?|primar|second|cond|circuits?|cables?|wires?|phases?|feeders?|bus|supply|services?"
    r"|drop)",
    re.IGNORECASE,
)

# What is said of a quantity.
# ---------------------------
# A point that ends no sentence.
ABBREVIATED = re.compile(
    r"(?:\b(?:in|ft|no|nos|st|ave|blvd|rd|hwy|min|max|approx|ctr|meas|dia|sec|fig|vs|gnd|grd|res|horiz|vert|loc|pt"
    r"|sta|bldg|comm|pri|cl|abt|est|req|avg|dist)|\b[A-Z])$",
    re.IGNORECASE,
)
BOUNDARY = re.compile(
    r"[;!?\n()]|[.,:](?=\s|$)|\s[-\u2010-\u2015]+\s|\b(?:but|while|whereas|however|although|though|yet|because|since"
    r"|which|where|so)\b",
    re.IGNORECASE,
)
# A new statement behind "and", which what was denied before it does not reach.
AND = re.compile(r"\band\s+(?:it|is|the|measur\w+|now|reads?|has|hangs?|stands?|only|was)\b", re.IGNORECASE)
_LIMIT_WORDS = (
    r"(?:required|requisite|minimum|min\b\.?|maximum|max\b\.?|code|legal|specified|mandated|mandatory|standard"
    r"|prescribed|allowed|allowable|permitted|design|stated|limit(?: of)?|G\.?\s?O\.?\s?(?:95|128)(?:'s)?|NESC|NEC"
    r"|OSHA|EUSERC)"
)
_THE = rf"(?:(?:the|our|its|their|that|this|a|an|any)\s+)?(?:{_LIMIT_WORDS}\s+)*"
# Directly before a quantity, or with a word or two: it is what is to be, not what is.
REQUIREMENT = re.compile(
    r"(?:\b(?:rated|rating|rated (?:for|at|to)|rating (?:of|is)|nameplate|required|requirement|requires?|reqs?"
    r"|req'?d|minimum|maximum|min|max|needs?|shall be|should be|s/b|should have|must be|calls? for|limits?"
    r"|(?:minimum|maximum|requirement|limit|rule|code)(?: [\w-]+){1,5} (?:is|are|=)"
    r"|instead of|rather than|wants|asks for|not the|vs\.?|versus|against|(?:code|rule|spec|specification|standard"
    r"|requirement|limit|minimum|maximum|G\.?\s?O\.?\s?(?:95|128)|NESC|NEC|OSHA|EUSERC)(?: (?:limit|minimum|maximum"
    r"|min|max|value|clearance|height|depth|cover))?"
    r" (?:is|are|of|says?|states?|asks?(?: for)?|has|wants|gives|lists|sets))"
    r"|(?<!meets )(?<!meet )(?<!per )(?<!to )\bcode|\b(?:rule|table|case|section"
    r"|article) [\w.()-]+(?= ?[:=]))\.?\s*[:=]?\s*(?:at least |a |the )?$",
    re.IGNORECASE,
)
# Anywhere before it in the same statement, unless it was measured.
MODAL = re.compile(
    r"\b(?:must|shall|should|ought|needs? to|has to|have to|required?|requires|requirements?|calls? for|called for"
    r"|supposed to|specif(?:y|ies|ied)|mandates?d?|prescribes?d?|asks? for|demands?|wants)\b(?P<rest>.*)$",
    re.IGNORECASE,
)
MEASURED = re.compile(
    r"\b(?:measur\w+|found|actual\w*|reads?|reading|observed|recorded|now|currently|taken|came out)\b", re.IGNORECASE
)
AFTER_REQUIREMENT = re.compile(
    r"^\s*(?:is |are |being )?(?:the |a |our )?(?:required|req'?d|requirement|minimum|min\b|max\b|maximum|needed"
    r"|allowed|limit|rule\b|code\b|spec\b|standard\b|called for|per (?:design|plan|drawing|print))|^\s*(?:(?!(?:and"
    r"|but|or|below|under|over|above|less|short|than|not|vs|instead|is|was|measured|found)\b)\w+ ){1,3}"
    r"(?:required|req'?d|needed|minimum)\b|^(?:(?!\b(?:and|but|or)\b)[^.;,()?])*?\b(?:is|are|was|were|be"
    r"|being)\s+(?:the\s+)?"
    r"(?:required|needed|mandatory|prescribed|specified|called for|(?:legal |code |G\.?\s?O\.? ?\d+ |NESC |NEC )?"
    r"(?:minimum|maximum|limit|rule|code|clearance|requirement|standard))\b",
    re.IGNORECASE,
)
PAST = re.compile(
    r"\b(?:was|were|had been|used to be|previously|formerly|before|originally|last (?:year|spring|fall|month"
    r"|inspection)|old|earlier|prior|(?:up|down|raised|lowered|reduced|increased|changed|moved|went|sagged|dropped"
    r"|improved|brought|re-?sagged|re-?tensioned|came|trimmed|corrected|adjusted)(?: [\w-]+){0,3}? from"
    r"|from(?= *$))\b[^.;,]{0,40}$",
    re.IGNORECASE,
)
# Where a quantity became another one, and is no range: raised from 16 ft to 18 ft.
CHANGED = re.compile(
    r"\b(?:up|down|raised|lowered|reduced|increased|changed|moved|went|sagged|dropped|improved|brought|re-?sagged"
    r"|re-?tensioned|came|trimmed|corrected|adjusted|gone|settled)(?: [\w-]+){0,3}? from\s*$",
    re.IGNORECASE,
)
NOW = re.compile(
    r"\b(?:now|currently|today|presently|at present|after (?:the )?(?:repair|raise|re-?sag|work|trim\w*|reset)"
    r"|raised to|re-?measured|remeasured|to)\b",
    re.IGNORECASE,
)
# What is to be done about what was found; it does not make the finding a plan.
REPAIR = re.compile(
    r"\b(?:rais\w*|re-?sag\w*|re-?tension\w*|trim\w*|repair\w*|fix\w*|correct\w*|replac\w*|relocat\w*|lower\w*"
    r"|re-?set|adjust\w*|re-?bur\w*|deepen\w*|notif\w*|add\w*|ticket|work ?order)\b",
    re.IGNORECASE,
)
# It was mended: said of nothing else in a report than of what is wrong.
_MENDED = (
    r"rectified|abated|remedied|resolved|corrected|re-?sagged|re-?tensioned|re-?hung|rebuilt|retired|undergrounded"
    r"|put right|made good|brought (?:up |back |in)?(?:to|into) (?:code|compliance|standard)|back in compliance"
)
REPAIRED = re.compile(
    r"\bbefore (?:the |any )?(?:treat\w*|repair\w*|rais\w*|work|re-?sag\w*|adjust\w*|trim\w*|fix\w*|correct\w*"
    r"|rebuild)\b|"
    r"\b(?:(?:since|already|later|been|was|were|got|then)\s+)?(?:raised|repaired|fixed|replaced|trimmed"
    rf"|cleared up|reworked|{_MENDED}"
    r"|taken down|pulled (?:up|tight|down)|closed(?: out)?|completed|cut down|transferred|moved (?:up|away|back)"
    r"|rerouted|swapped|relocated|removed)\b(?! (?:to|it to)\b)|\bjob done\b"
    r"|\b(?:violation|infraction|issue|hazard|problem|ticket|finding|defect)s? (?:is |was "
    r"|has been )?(?:now )?(?:cleared"
    r"|closed|gone|done)\b|\b(?:ok|okay|fine|good|compliant|passes) now\b|\bnow (?:ok|okay|fine|good|compliant"
    r"|passes)\b"
    r"|\b(?:new|fresh) [\w ]{0,20}(?:installed|hung|strung) since\b",
    re.IGNORECASE,
)
# In front of these words where it is not so yet.
NOT_YET = re.compile(
    r"(?:\b(?:to|will|shall|should|must|can|could|may|not|never|needs?|be|being|get|getting)|n['\u2019]t)\s*$",
    re.IGNORECASE,
)
PLANNED = re.compile(
    r"\b(?:plan(?=\s*:)|plann(?:ed|ing)|propos\w+|will|would|to be|if |once |when we|may |might |could|expected"
    r"|estimate[ds]?|permit (?:shows|package)|scheduled|intend\w*|(?<!work )(?<!job )orders?(?=\s*:| for\b)|ordered"
    r"|delivered|in stock|supposed to|next (?:year|month|week)|so far|in progress|under construction|unfinished"
    r"|pending|before paving|target|goal|calculated|computed|modell?ed|simulated|stringing chart|unless"
    r"|to (?:stay|keep|remain|maintain|have|clear|hang|provide|meet)|drafts?|hypothetical\w*|assum\w+|on paper|not "
    r"(?:yet |been ){0,2}(?:measured|built|installed|verified|energized|confirmed|checked|field[- ]checked|run|done"
    r"|performed|started|completed|finished|conducted|carried out|set|driven|placed|poured|pulled|connected"
    r"|in service|taken))\b",
    re.IGNORECASE,
)
# An order, at the beginning of a statement: what it names is to be brought about.
ORDER = re.compile(
    r"(?:^|[.;:!?]\s+|\bplease\s+|\bcrew to\s+|\bneed to\s+|\bhave to\s+|\bgoing to\s+)(?:re-?)?(?:install|provide"
    r"|raise|lower|maintain|ensure|verify|check|bury|place|relocate|adjust|confirm|make sure|keep|allow|move|specify"
    r"|design|tension|sag|set|run|cover|use|add|do|don'?t|never|fit|fix|locate|leave|route|trench|test(?= the| each"
    r"| all)"
    r"|measure"
    r"(?! point)|find|look for|limit|separate|space|guard|protect|ground(?= the| each| all))\b"
    r"(?!-|'|\s*[:=]|\s*$|\s+(?:at|in|to|is|was|by|on|of|only|now|depth|about|[0-9]))[^.;!?]*$"
    r"|(?:^|[.;:!?]\s+|\bplease\s+)(?:drive|dig|mount|put|attach|hold|stay|lay|perform|discharge|bend|string|hang|pull"
    r"|build|pour|replace|set(?= (?:the |a |an |new )?[0-9]+[ -](?:ft|foot|feet) ))\s[^;!?]*$"
    # What a list or a form begins with whose lines are to be built.
    r"|^(?:work order|design|catalog(?:ue)?|qty|price|bid item|item|scope|spec(?:ification)?s?(?: sheet)?|sketch"
    r"|target|goal|invoice|quote|order"
    r"|material(?: list)?|stock|bill of materials|detail|typical|standard|example|sample|dwg|drawing|note to crew"
    r"|to do|todo|reminder|task)\b[^.;:!?]{0,15}(?::|\bE-\d|(?<=qty )\d|(?<=price )of)[^;!?]*$",
    re.IGNORECASE,
)
# Before a quantity: it is what somebody drew.
DRAWN = re.compile(
    r"\b(?:designs?|designed|drawings?|plans?|print|prints|permit|sheet|profile|staking|as-?builts?|records?)\b"
    r"[^.;,]{0,25}$",
    re.IGNORECASE,
)
DRAWN_BEHIND = re.compile(
    r"\s*(?:by|on|per|in|according to) (?:the )?(?:as-?builts?|designs?|drawings?|plans?|prints?|permit|records?)\b",
    re.IGNORECASE,
)
# A report is taken back with these, or left open, wherever they stand in it.
_TAKEN_BACK = (
    r"disregard|discard|entry error|typo|misread|correction\s*:|training|exercise|guess\w*|by eye|eyeball\w*|not sure"
    r"|unsure|unclear|wrong (?:pole|location|address|line|wire|span|street|block|house|circuit)|re-?check(?!ed)"
    r"|re-?measure(?!d)|re-?verif\w*|verification"
)
DOUBT = re.compile(
    rf"\b(?:{_TAKEN_BACK}"
    r"|or so|i think|can'?t tell|could not|couldn'?t|cannot|unknown|maybe|perhaps"
    r"|suppose\b|let us say|let'?s say|say,|for example|for instance|e\.?g\b|quiz|overlay"
    r"|re-?paved|new pavement|in the event|assuming|imagine"
    r"|anonymous|rumou?r\w*|told (?:us|me|him|her|them|that)|was told|were told|swears?|according to|disputes?d?"
    r"|depending on|ignore|mistake\w*|broken stick|judging|judged|no stick|without (?:a |my )?stick|lidar|google"
    r"|street view"
    r"|photos?|pictures?|map|satellite|drone|double[- ]check"
    r"|pending|nobody|no ?one|none of us|or was it|old reading|old record|stale|out of date|outdated"
    r"|per (?:the |an? |our |his |her )?(?:home ?owner|owner|neighbou?r|customer|resident|tenant|caller|contractor|crew"
    r"|foreman|old|map|photo|phone|memory)|looks like|seems|appears|supposedly|allegedly|reportedly"
    r"|they say|claims?|claimed|hearsay"
    r"|unverified|illegible|unreadable|tbd|to confirm|whether|wonder\w*|wants? to know|no(?:body"
    r"| one) (?:has )?measured|no measurement|unmeasured|without measuring|(?:neighbou?r|customer|owner|homeowner"
    r"|resident|caller|driver|tenant)s?"
    r" (?:says?|said|thinks?|reports?|reported|told|estimates?|complain\w*))\b|\?"
    # A question does not always end with its mark.
    r"|(?:^|[.!?]\s+)(?:(?:is|are|does|do|did)(?=\s+\w)(?!\s+(?:only|at|now|about|not|too|still|ok|okay|fine|good"
    r"|bad|low|high|within|below|above|under|over|in|on|set|[0-9]))|(?:can|could|should|would|will|what|how"
    r"|why)\s+(?:the|this|that|it|there|an?|any|our|we|you|they|i|is|are|does|do)\b)",
    re.IGNORECASE,
)
# Somebody else's word for a figure, in the sentence that has it.
HEARSAY = re.compile(
    r"\b(?:contractor|lineman|foreman|crew|troubleman|inspector|survey(?:or)?|report|letter|e-?mail|note|memo)s?(?:'s"
    r"(?: \w+)?)? (?:says?|said|states?|stated|claims?|lists?|listed|swears?|thinks?|mentions?|mentioned|guesses)\b"
    r"|\b(?:contractor|owner|customer|neighbou?r|tenant)'s (?:report|figure|reading|number|measurement|word)\b"
    r"|\breported (?:at|as|to be)\b",
    re.IGNORECASE,
)
ABOUT = re.compile(
    r"(?:\b(?:about|approx(?:imately|\.)?|roughly|around|abt|circa|some|nearly|almost|close to|est\.?|more or less)"
    r"|~)"
    r"\s*$",
    re.IGNORECASE,
)
# Directly before a number. "Over the street" stands before none, and "not" turns each round.
_LESS = (
    r"(?:less|lower|smaller|fewer|shorter|shallower|closer|nearer|narrower|thinner) than|short of|shy of|under|below"
    r"|beneath|<"
)
_MOST = r"at (?:the )?most|up to|within|<=|=<|\u2264"
_MORE = (
    r"(?:more|greater|higher|larger|bigger|longer|deeper|taller|farther|further|wider|thicker) than|over|above"
    r"|in excess of|exceed(?:s|ed|ing)?|upwards? of|beyond|past|tops|topped|>"
)
_LEAST = r"at (?:the |a )?(?:least|minimum)|>=|=>|\u2265"
_UNCLEAR = r"(?:better|worse|other|different) than|around or \w+"
_NOT = r"(?:\w+n['\u2019]t|(?:do|does|did|is|was|are|were|has|have|had|ca|can|wo|would|could|should|must)nt)\b"
_DENIED = (
    rf"\b(?:not|no|never|neither|{_NOT})\s+(?:(?:to|be|been|get|gets|got|go|goes|gone|come|comes|came|drop"
    r"|drops|dropped|fall|falls|fell|sag|sags|sagged|hang|hangs|hung|run|runs|ran|set|sit|sits|is|any|swing|swung"
    r"|move|moved|dip|dips|dipped|driven|buried|stand|stands|down|up)\s+){0,3}"
)
_SLIGHTLY = (
    r"(?:just|barely|slightly|marginally|a (?:bit|hair|little|tad|touch|shade|few inches|couple(?: of)? inches))"
)
COMPARED = re.compile(
    rf"(?P<denied>{_DENIED})?(?P<slightly>\b{_SLIGHTLY}\s+)?(?<![\w'\u2019])"
    rf"(?:(?P<less>{_LESS})|(?P<most>{_MOST})|(?P<more>{_MORE})|(?P<least>{_LEAST})|(?P<unclear>{_UNCLEAR}))\s*"
    rf"(?P<the>{_THE})$",
    re.IGNORECASE,
)
COMPARED_BEHIND = re.compile(
    r"\s*(?:(?P<least>\+(?!\s*[-/0-9\u2212])|plus\b(?! or minus)|or (?:more|higher|over|above|greater|deeper|farther"
    r"|longer|taller)\b|and (?:up|above|over|more|higher)\b(?! (?:the|a|street|road))|at (?:the )?least\b)"
    r"|(?P<most>or (?:less|lower|under|below|fewer|closer|nearer|shallower|shorter)\b|at (?:the )?most\b|at best\b)"
    r"|(?P<unclear>or (?:better|worse)\b|at worst\b))",
    re.IGNORECASE,
)
# The guard goes up to 7 ft: where it ends, no bound of it.
UP_TO_END = re.compile(
    r"\b(?:extend\w*|goes|go|going|runs?|ran|running|reach\w*|cover\w*|protect\w*|ends?|comes?|came|carried|taken"
    r"|brought|installed|guard\w*|molding|strapped)\b[^.;,]{0,20}\bup to\s*$",
    re.IGNORECASE,
)
# "Meets the 18 ft of G.O. 95" tells a finding by what is required, where there is no other one.
MEETS = re.compile(
    rf"\b(?:meets?|met|meeting|reach(?:es|ed)?|makes?|keeps?|kept|satisf(?:y|ies|ied)|has|have|with|gets?)\s+"
    rf"(?:(?:the|its|our)\s+|(?={_LIMIT_WORDS}))(?:{_LIMIT_WORDS}\s+)*$",
    re.IGNORECASE,
)
TOLERANCE = re.compile(r"\s*(?:\u00b1|\+\s?/?\s?-|plus or minus|plus/minus|give or take)\s*", re.IGNORECASE)
# A difference to what is required.
_OF_LIMIT = (
    r"(?:the |our |its |all |what )?(?:required|requirements?|minimum|min\b|maximum|max\b|limits?|code|spec\w*"
    r"|standards?|rules?|legal|allow\w+|tolerance|is (?:required|allowed)|G\.?\s?O\.?|NESC|NEC\b|OSHA|EUSERC|design)"
)
DIFFERENCE_BEHIND = re.compile(
    r"[\s-]*(?:too (?:low|high|close|near|short|shallow|deep|little|much|long|small|tight|far)\b|(?:short|shy"
    r"|deficient|lacking|missing)\b|low\b(?![ -](?:point|pt|voltage|side|spot))|(?:more|less|higher|lower|deeper"
    r"|closer|farther|further|shallower|longer|shorter|greater)\b(?! or less)"
    rf"|(?:above|over|below|under|beyond|past|off|outside|inside|within) {_OF_LIMIT})",
    re.IGNORECASE,
)
DIFFERENCE_BEFORE = re.compile(
    r"(?:\b(?:short|low|high|under|over|off|out|deficient|lacking) by|\b(?:exceed\w*|beats?|miss\w*|fail\w*"
    r"|violat\w*|encroach\w*|rais\w+|lower\w*|mov\w+|shift\w*|adjust\w*|settled|dropped|reduced"
    r"|increased)(?: [\w-]+){0,3}? by"
    rf"|\b(?:clears?|meets?|beats?) {_OF_LIMIT}(?: [\w-]+)? by|\b(?:clears?|meets?|beats?|passes"
    rf"|within) [^.;!?]{{0,30}}"
    r"\b(?:minimum|maximum|limit|requirement|code|rule) by|\b(?:minus|plus|less|slack by)|\b(?:another|additional"
    r"|extra|further|lacks|missing)"
    r"|\b(?:raised?|lower(?:ed)?|settled|sagged|dropped|rose|risen|fell|sank|slid|slipped|lean\w*|tilt\w*|bow(?:s"
    r"|ed)|rak\w*|offset|deflect\w*|split|crack\w*|shifted)"
    r"(?: it| the [\w-]+)?)\s*(?:about |only |at least |roughly )?$",
    re.IGNORECASE,
)
# A point of a line that is not its lowest one, or of something on it.
OTHER_POINT = re.compile(
    r"\battach\w*|\bweather ?heads?\b|\bdrip loops?\b|\bsplices?\b|\btags?\b|\bknobs?\b|\bmast\b|\beaves?\b"
    r"|\bhighest\b|\bhigh (?:side|point|end|pt)\b|\bpole end\b|\bat (?:the |each )?(?:pole|house|building|poles)\b"
    r"|\bas much as\b|\bcracked at\b|\bhit at\b|\bdamage[ds]? at\b",
    re.IGNORECASE,
)
# In front of a depth, which is then that of an upper end.
UPPER_END = re.compile(
    r"\b(?:top|tops|head|upper end)\s+(?:(?:is|was|at|buried|about|only|set|sits|lies)\s+)*$", re.IGNORECASE
)
# What takes back what a report of several sentences says, wherever it stands.
WITHDRAWN = re.compile(
    rf"\b(?:{_TAKEN_BACK}"
    r"|withdraw\w*|ignore (?:this|my|the|that)|not certain"
    r"|(?:do not|don'?t|did not|didn'?t|would not|wouldn'?t) (?:trust|believe|rely|know)|trust (?:none|neither)"
    r"|need (?:someone|somebody)|please (?:tell|advise|decide)|to decide|desk review|which (?:rule|standard|code)"
    r"|does(?: not|n'?t) say|supposed|pretend|example|drill|for the class|hypothetical\w*"
    r"|measure (?:it )?again|redo|verify|no code|(?:two|both|which) (?:codes"
    r"|standards|rules)"
    r"|(?:codes|standards|rules) (?:would|differ|disagree)|none is (?:named|cited|on))\b|\?",
    re.IGNORECASE,
)
# In a report of several sentences things are raised and replaced that are not the one in question.
PUT_RIGHT = re.compile(
    rf"\b(?:{_MENDED})\b"
    r"|\b(?:was|were|been|got|since|already|then|now|crew|lineman|they|we|he|she|i) (?:\w+ ){0,2}?(?:raised|fixed"
    r"|repaired"
    r"|replaced|lifted|lowered|trimmed|moved it|pulled (?:it )?(?:up|tight)|buried it|extended)\b|\bnow (?:at "
    r"|reads? |is )?"
    r"(?:[0-9]|ok|okay|fine|good|complies)|\bafter (?:the )?(?:repair|work|fix)\b|\b(?:raised|fixed|repaired"
    r"|replaced|lifted|lowered|trimmed|moved) it\b"
    r"|\ball (?:clear|ok|okay|good|fine) now\b|\bnew one\b|\bput on since\b",
    re.IGNORECASE,
)
# What is said of things of a kind is a rule, and no finding.
OF_A_KIND = re.compile(
    r"\b(?:drops|conductors|lines|cables|wires|services|guys|poles|rods|meters|risers|markers|steps|circuits)\s+(?:over"
    r"|above|across|crossing|in|on|near)\s+(?:all |any |most )?(?:streets|roads|highways|alleys|driveways|sidewalks"
    r"|rails|tracks|roofs|pools|buildings|rivers|fields|soil|rock)\b"
    r"|^\s*(?:(?:G\.?\s?O\.?\s?\d+|NESC|NEC),?\s+)?(?:rule|table|case|section|article)\s+[\w.()-]+"
    r"(?:[, ]+(?:case|column|row|part) [\w.()-]+)*\s*:"
    r"|^\s*(?:G\.?\s?O\.?\s?\d+|NESC|NEC|OSHA|EUSERC)\b[^.;:!?]{0,40}\b(?:drops|conductors|lines|poles|cables)\s*:"
    r"|=\s*(?:an? )?(?:infraction|violation)"
    r"|\b(?:G\.?\s?O\.?\s?\d+|NESC|NEC|OSHA|EUSERC)\b[^.;:!?]{0,60}=|\bas per (?:the )?(?:code|rule|standard)\b"
    r"|\b(?:an?|any|every|each|all) [\w -]{3,30}?\b(?:over|above|across|near|from) (?:an?|any|every|all) ",
    re.IGNORECASE,
)
# Between a difference and what it is taken from: 3 in. above the required 18 ft.
ADDED = re.compile(
    rf"\s*(?:(?P<clear>(?:more|higher|greater|deeper|longer) than|in excess of)|above|over|beyond)\s+{_THE}(?:of\s+)?",
    re.IGNORECASE,
)
TAKEN = re.compile(
    r"\s*(?:(?P<clear>(?:less|lower|shallower|shorter|smaller) than|(?:short|shy) of)|below|under|beneath|off)\s+"
    rf"{_THE}(?:of\s+)?",
    re.IGNORECASE,
)
LIMIT = re.compile(rf"\b{_LIMIT_WORDS}", re.IGNORECASE)
OF_STANDARD = re.compile(
    r"\s*(?:of|in|by|per|under|from) (?:the )?(?:rule|standard|code|G\.?\s?O|NESC|NEC\b|OSHA)", re.IGNORECASE
)
# Denials that say nothing of a quantity.
DENIAL = re.compile(
    r"(?:\b(?:not|never|without|lacks?|lacking|fails? to|failed to|failing to|cannot|nor|neither|none|hardly"
    r"|scarcely)\b"
    rf"|\bno\b(?!\.)|\b{_NOT})",
    re.IGNORECASE,
)
HARMLESS = re.compile(
    r"\s+(?:other |visible |further |more |new |any |a |an )*(?:infractions?|violations?|issues?|problems?|contact"
    r"|action|damage|changes?|conflicts?|exceptions?|defects?|hazards?|concerns?|complaints?|boats?|trucks?"
    r"|vehicles?|repairs?|work|one|access|tension|loads?|wind|ice|traffic|corrosion|in|on|a|an|good|bad|great|ok"
    r"|okay|far|deep enough|high enough|long enough|low|wide|enough|ideal|acceptable|compliant|legal|right|correct"
    r"|safe|guard|only|clear of|comply\w*|up to (?:code|spec|standard))\b",
    re.IGNORECASE,
)
# "No" as a number, as in pole no 12.
NUMBERED = re.compile(
    r"\b(?:pole|structure|str|loc|location|permit|customer|house|acct|ticket|order|line|xfmr)\s*$", re.I
)
DENIED_BEHIND = re.compile(
    r"^(?:(?!\band\b)[^.;,()?])*?(?:\bnot|n['\u2019]t|\bnever)\s+(?:been |being |fully |quite )*(?:met|kept|there"
    r"|reached|achieved|maintained|provided|obtained|available|present|held|satisfied|attained|possible|had|made"
    r"|given|so)\b",
    re.IGNORECASE,
)
# What says that something is wrong, where the figures say that nothing is; in a report of several sentences, too.
_WRONG = (
    r"infractions?|non-?complian\w+|illegal|too (?:low|close|shallow|high|short|near|small|tight)|not (?:deep|high"
    r"|long|far"
    r"|low|wide|big|clear|good) enough|unsafe|red[- ]tag\w*|substandard|out of (?:spec|code|compliance|tolerance)"
    r"|fail(?:s|ed)?\b(?! test)|reject\w*"
)
CALLED_WRONG = re.compile(rf"\b(?:violation|{_WRONG})\b", re.IGNORECASE)
BREACH = re.compile(
    rf"\b(?:{_WRONG}"
    r"|violat\w+|not (?:in )?complian\w+|not met|(?:does|did)(?: not|n['\u2019]?t) (?:meet|comply|pass|make)"
    r"|unlawful|not (?:legal|allowed|permitted|per code|acceptable|ok|okay|safe|good|up to code)|per code no"
    r"|unacceptable|citation|cited|no good|hazard\w*|danger\w*|wrong|burn(?:t|ed)"
    r"|needs? to (?:go|come|be) (?:up|raised|higher|moved|re-?sagged|lifted|buried|deeper|longer|replaced)"
    r"|(?<=, )(?:low|shallow|short|close)(?=\s*[.!;]|\s*$)|(?<=\) )(?:low|shallow|short)(?=\s*[.!;]|\s*$)"
    r"|bare copper showing|exposed|frayed|insufficient|inadequate|deficien\w+|(?:below|under) (?:code|spec|standard"
    r"|minimum|the (?:minimum|limit"
    r"|requirement)))\b",
    re.IGNORECASE,
)
NO_BREACH = re.compile(
    r"\b(?:no|not an?|without(?: an?)?|zero|free of|never an?|any|isn'?t an?|nor|neither)\s+(?:\w+\s+)?$", re.IGNORECASE
)
# What says that nothing is wrong, where the figures say that something is; and what, before that, says it is not so.
_FAULT = r"(?:violations?|infractions?|breach(?:es)?|non-?compliances?|problems?|issues?|defects?|findings?)"
CALLED_RIGHT = re.compile(
    rf"\b(?:(?:no|not an?|isn['\u2019]?t an?|without(?: an?)?|never an?|zero|free of|no longer an?)\s+"
    rf"(?!(?:other|more|further|additional|new|second)\b)(?:\w+\s+)?{_FAULT}|not in violation|nothing (?:is )?wrong"
    r"|(?:does|do|did)(?: not|n['\u2019]?t) violate"
    r"|in compliance|compliant|compl(?:ies|ied)|ok|okay|acceptable|adequate|satisfactory|sufficient|up to code"
    r"|good to go|pass(?:es|ed) (?:the )?(?:inspection|tests?|muster)"
    r"|within (?:the )?(?:limits?|tolerances?|specs?|code)"
    r"|m(?:eets|et) (?:all |the |both )?(?:code|specs?|specifications?|standards?|requirements?|minimums?|limits?"
    r"|rules?|g\.? ?o\.?|nesc|nec|ansi|ieee))\b",
    re.IGNORECASE,
)
NOT_RIGHT = re.compile(
    r"\b(?:not?|never|neither|nor|hardly|barely|longer|without|non|if|is it|whether|fails? to be|\w+n['\u2019]t|to be"
    r"|should be|must be|would be|considered)[\s-]+(?:\w+\s+)?$",
    re.IGNORECASE,
)
# Names.
# ------
# How people shorten the table's words.
SHORT = {
    "communication": r"comm\.?|telecom|comms",
    "building": r"bldg\.?",
    "highway": r"hwy\.?",
    "secondary": r"sec\.?",
    "transformer": r"xfmr|xfrmr",
    "street": r"st\.?|avenue|ave\.?|boulevard|blvd\.?",
    "road": r"rd\.?",
    "conductor": r"cond\.?",
    "telephone": r"telco|phone",
    "railroad": r"rr",
    "primary": r"pri\.?",
    "cable": r"cbl",
    "conduit": r"cond(?:uit)?\.?",
    "ground": r"gnd|grd",
    "grounding": r"gnd|grd",
    "driveway": r"dwy|drvwy",
    "resistance": r"res\.?",
    "service": r"svc",
    "lowest": r"bottom",
}
# How a report says which of the voltages it means without a number.
LEVELS = (
    (re.compile(r"\btransmission\b|\b(?:69|115|138|230|345|500)[- ]?kv\b", re.IGNORECASE), (22_501.0, 300_000.0)),
    (re.compile(r"\bprimar(?:y|ies)\b|\bdistribution\b", re.IGNORECASE), (2_400.0, 22_000.0)),
    (
        re.compile(
            r"\b(?:secondar(?:y|ies)|service|drop|triplex|quadruplex|low[- ]voltage|street ?light)\b", re.IGNORECASE
        ),
        (0.0, 240.0),
    ),
)
