"""Names of places and people that the rules know: facts, written down for this project."""

from __future__ import annotations

from itner.domains.finding import list_names

COUNTRIES = list_names(
    """
    Afghanistan| Albania| Algeria| Andorra| Angola| Argentina| Armenia| Australia| Austria| Azerbaijan|
    Bahrain| Bangladesh| Belarus| Belgium| Belize| Benin| Bolivia| Botswana| Brazil| Bulgaria| Cambodia|
    Cameroon| Canada| Chile| China| Colombia| Costa Rica| Croatia| Cuba| Cyprus| Czech Republic| Czechia|
    Denmark| Ecuador| Egypt| El Salvador| England| Estonia| Ethiopia| Fiji| Finland| France| Gambia|
    Germany| Ghana| Greece| Guatemala| Honduras| Hungary| Iceland| India| Indonesia| Iran| Iraq| Ireland|
    Israel| Italy| Ivory Coast| Jamaica| Japan| Kazakhstan| Kenya| Kosovo| Kuwait| Laos| Latvia| Lebanon|
    Liberia| Libya| Liechtenstein| Lithuania| Luxembourg| Madagascar| Malawi| Malaysia| Malta| Mauritius|
    Mexico| Moldova| Mongolia| Montenegro| Morocco| Mozambique| Namibia| Nepal| Netherlands| New Zealand|
    Nicaragua| Nigeria| North Macedonia| Northern Ireland| Norway| Oman| Pakistan| Panama| Paraguay| Peru|
    Philippines| Poland| Portugal| Qatar| Romania| Russia| Rwanda| Saudi Arabia| Scotland| Senegal| Serbia|
    Slovakia| Slovenia| Somalia| South Africa| South Korea| Spain| Sri Lanka| Sudan| Sweden| Switzerland|
    Taiwan| Tanzania| Thailand| Tunisia| Turkey| Uganda| Ukraine| United Arab Emirates| United Kingdom|
    United States| Uruguay| Uzbekistan| Venezuela| Vietnam| Wales| Yemen| Zambia| Zimbabwe| UK| USA| UAE
    """
)
REGIONS = list_names(
    """
    Alabama| Alaska| Arizona| Arkansas| California| Colorado| Connecticut| Delaware| Florida| Hawaii| Idaho|
    Illinois| Indiana| Iowa| Kansas| Kentucky| Louisiana| Maine| Maryland| Massachusetts| Michigan|
    Minnesota| Mississippi| Missouri| Montana| Nebraska| Nevada| New Hampshire| New Jersey| New Mexico|
    North Carolina| North Dakota| Ohio| Oklahoma| Oregon| Pennsylvania| Rhode Island| South Carolina|
    South Dakota| Tennessee| Texas| Utah| Vermont| Virginia| West Virginia| Wisconsin| Wyoming| Bavaria|
    Saxony| Hesse| Tyrol| Catalonia| Andalusia| Brittany| Normandy| Tuscany| Lombardy| Yorkshire| Cornwall|
    Kent| Ontario| Quebec| Alberta| Manitoba| New South Wales| Queensland| Tasmania| Punjab| Kerala|
    Gujarat| Karnataka| Maharashtra| Flanders| Wallonia| Jutland| Scania
    """
)
CITIES = list_names(
    """
    Aberdeen| Abuja| Accra| Addis Ababa| Adelaide| Amsterdam| Ankara| Antwerp| Athens| Atlanta| Auckland|
    Austin| Baltimore| Bangalore| Bangkok| Barcelona| Basel| Beijing| Belfast| Belgrade| Bergen| Berlin|
    Bern| Bilbao| Birmingham| Bogotá| Bologna| Bordeaux| Boston| Bratislava| Bremen| Brighton| Brisbane|
    Bristol| Brno| Brussels| Bucharest| Budapest| Buenos Aires| Buffalo| Cairo| Calgary| Cambridge|
    Cape Town| Cardiff| Casablanca| Charlotte| Chennai| Chicago| Cincinnati| Cleveland| Coimbra| Cologne|
    Columbus| Copenhagen| Cork| Coventry| Dakar| Dallas| Delhi| Denver| Detroit| Dortmund| Dresden| Dubai|
    Dublin| Dundee| Durban| Düsseldorf| Edinburgh| Eindhoven| Essen| Exeter| Florence| Frankfurt| Gdańsk|
    Geneva| Genoa| Ghent| Glasgow| Gothenburg| Granada| Graz| Groningen| Halifax| Hamburg| Hanoi| Hannover|
    Helsinki| Ho Chi Minh City| Hong Kong| Houston| Hyderabad| Indianapolis| Innsbruck| Istanbul|
    Jacksonville| Jakarta| Jerusalem| Johannesburg| Kampala| Karachi| Kathmandu| Kigali| Kingston| Kolkata|
    Kraków| Kuala Lumpur| Kyiv| Kyoto| Lagos| Lahore| Las Vegas| Lausanne| Leeds| Leicester| Leipzig| Lille|
    Lima| Limerick| Linz| Lisbon| Liverpool| Ljubljana| London| Los Angeles| Louisville| Luanda| Lund| Lyon|
    Madrid| Malaga| Malmö| Manchester| Manila| Mannheim| Maputo| Marseille| Medellín| Melbourne| Memphis|
    Mexico City| Miami| Milan| Milwaukee| Minneapolis| Minsk| Mombasa| Monterrey| Montevideo| Montreal|
    Moscow| Mumbai| Munich| Nairobi| Nantes| Naples| Nashville| New Delhi| New Orleans| New York| Newcastle|
    Nice| Norwich| Nottingham| Nuremberg| Oakland| Odense| Omaha| Orlando| Osaka| Oslo| Ottawa| Oxford|
    Palermo| Paris| Perth| Philadelphia| Phoenix| Pittsburgh| Plymouth| Porto| Portland| Prague| Pretoria|
    Pune| Quito| Raleigh| Reykjavik| Riga| Rio de Janeiro| Rome| Rotterdam| Sacramento| Salzburg|
    San Antonio| San Diego| San Francisco| San Jose| Santiago| Sarajevo| Seattle| Seoul| Seville| Shanghai|
    Sheffield| Singapore| Sofia| Southampton| Split| Springfield| St. Gallen| Stockholm| Strasbourg|
    Stuttgart| Surat| Swansea| Sydney| São Paulo| Taipei| Tallinn| Tampa| Tampere| Tartu| Tbilisi| Tel Aviv|
    The Hague| Thessaloniki| Tokyo| Toledo| Toronto| Toulouse| Trieste| Trondheim| Tucson| Turin| Turku|
    Uppsala| Utrecht| Valencia| Vancouver| Venice| Verona| Vienna| Vilnius| Warsaw| Washington| Wellington|
    Winnipeg| Wrocław| Yokohama| York| Zagreb| Zaragoza| Zurich| Zürich| Łódź
    """
)
GIVEN_NAMES = list_names(
    """
    Aaron| Abigail| Abdul| Adam| Adriana| Agnieszka| Ahmed| Aisha| Akira| Alan| Albert| Alejandro| Alex|
    Alexander| Alexandra| Alfred| Ali| Alice| Alina| Amara| Amelia| Amir| Amit| Amy| Ana| Anders| Andrea|
    Andreas| Andrew| Andrzej| Angela| Anita| Anja| Anke| Anna| Anne| Annika| Anton| Antonio| Antony| Arjun|
    Arthur| Astrid| Barbara| Beata| Beatriz| Ben| Benjamin| Bernd| Beth| Bjorn| Bogdan| Brandon| Brenda|
    Brian| Bruno| Carla| Carlos| Carmen| Carol| Caroline| Catherine| Cecilia| Charles| Charlotte| Chen|
    Chiara| Chinedu| Chloe| Chris| Christian| Christina| Christine| Christoph| Claire| Clara| Claudia|
    Colin| Connor| Cristina| Daniel| Daniela| Darius| David| Deborah| Deepak| Denise| Dennis| Derek| Diana|
    Diego| Dieter| Dimitri| Dmitri| Dominik| Donald| Dorothy| Ebony| Edith| Eduardo| Edward| Ekaterina|
    Elena| Elias| Elif| Elisabeth| Elizabeth| Ella| Emeka| Emil| Emily| Emma| Emre| Enrique| Eric| Erik|
    Erika| Esther| Eva| Fatima| Federico| Felix| Fernando| Fiona| Florian| Francesca| Francis| Francisco|
    Frank| Franz| Fred| Frederik| Friedrich| Gabriel| Gabriela| Gareth| Gary| George| Georg| Gerald|
    Gerhard| Gianni| Gina| Giovanni| Giulia| Grace| Graham| Greg| Gregory| Greta| Gudrun| Guido| Gustav|
    Hannah| Hans| Harold| Harriet| Harry| Hassan| Heather| Heidi| Heinz| Helen| Helena| Henrik| Henry|
    Hiroshi| Holger| Hugo| Ian| Ibrahim| Ines| Ingrid| Irene| Irina| Isabel| Isabella| Ivan| Ivana| Jack|
    Jacob| Jakub| James| Jamie| Jan| Jane| Janet| Jasmin| Jason| Javier| Jean| Jennifer| Jens| Jeremy|
    Jessica| Jill| Joan| Joanna| Joao| Johan| Johanna| John| Jonas| Jonathan| Jorge| Jose| Josef| Joseph|
    Joshua| Juan| Judith| Julia| Julian| Julie| Jun| Jürgen| Kamal| Kareem| Karen| Karin| Karl| Katarina|
    Kate| Katharina| Katherine| Kathleen| Katrin| Kavita| Keith| Keiko| Kelly| Kemal| Ken| Kenneth| Kevin|
    Khalid| Kim| Kirsten| Klaus| Krzysztof| Kumar| Kwame| Lars| Laura| Lauren| Leah| Lena| Leo| Leon|
    Leonie| Leila| Liam| Lidia| Liliana| Linda| Lisa| Lorenzo| Louis| Louise| Luca| Lucas| Lucia| Lucy|
    Luis| Luisa| Lukas| Maciej| Magdalena| Mahmoud| Malik| Manuel| Marc| Marcel| Marcin| Marco| Marek|
    Margaret| Maria| Marie| Marina| Mario| Marion| Mark| Markus| Marta| Martha| Martin| Martina| Mary|
    Mateusz| Matteo| Matthew| Matthias| Maureen| Max| Maya| Mehmet| Mei| Melanie| Melissa| Michael| Michal|
    Michelle| Miguel| Mike| Mila| Milan| Min| Miriam| Mohamed| Mohammed| Monica| Monika| Moritz| Mustafa|
    Nadia| Naomi| Natalia| Natalie| Nathan| Neha| Nicholas| Nicola| Nicole| Niels| Nikhil| Nikolai| Nina|
    Noah| Nora| Norbert| Olga| Oliver| Olivia| Olumide| Omar| Oscar| Otto| Owen| Pablo| Pamela| Patricia|
    Patrick| Paul| Paula| Pavel| Pedro| Peter| Petra| Philip| Philipp| Pierre| Piotr| Priya| Rachel| Rafael|
    Rahul| Raj| Rajesh| Ralf| Ramon| Rania| Raymond| Rebecca| Reiner| Rene| Ricardo| Richard| Rita| Robert|
    Roberto| Robin| Roger| Roland| Rosa| Rosemary| Ruth| Ryan| Sabine| Samir| Samuel| Sandra| Sanjay| Sara|
    Sarah| Scott| Sean| Sebastian| Selma| Sergei| Sergio| Shanice| Sharon| Shirley| Siddharth| Silvia|
    Simon| Sofia| Sonja| Sophia| Sophie| Stefan| Stefania| Stella| Stephanie| Stephen| Steven| Stuart|
    Sunita| Susan| Susanne| Sven| Sylvia| Takashi| Tamara| Tanja| Tara| Tariq| Tatiana| Teresa| Thabo| Theo|
    Theresa| Thomas| Thorsten| Tim| Timothy| Tobias| Tom| Tomasz| Tony| Torsten| Tracy| Uwe| Valentina|
    Valeria| Vanessa| Vera| Veronica| Victor| Victoria| Vijay| Viktor| Vincent| Viola| Virginia| Vladimir|
    Walter| Wanjiru| Wei| Wendy| Werner| Wiktor| William| Wolfgang| Xavier| Xiao| Yan| Yasmin| Yolanda|
    Yuki| Yusuf| Yvonne| Zainab| Zoe| Zofia
    """
)
