"""Labelling functions for IT-support text: curated name lists and patterns, each right most of the time.

They follow `data/helpdesk/GUIDELINES.md`. A function is a heuristic, not an annotation: how often each is right is
measured on a dev set before it may vote (`itner.data.weak`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from itner.types import Document, LabellingFunction, Mention


def _list_names(text: str) -> tuple[str, ...]:
    return tuple(" ".join(name.split()) for name in text.split("|"))


# Names that are words too (Word, Teams, Access, Edge, Go, R, C) are in the next list and need a hint beside them.
SOFTWARE = _list_names(
    """
    AnyConnect | GlobalProtect | FortiClient | OpenVPN | WireGuard | Tunnelblick | Outlook | Excel | PowerPoint |
    OneNote | OneDrive | SharePoint | SharePoint Online | Exchange | Exchange Online | Microsoft Teams |
    Microsoft Word | Microsoft Access | Microsoft Edge | Skype | Zoom | Webex | Slack | Thunderbird | Firefox |
    Chrome | Google Chrome | Safari | Internet Explorer | Opera | Acrobat | Acrobat Reader | Adobe Acrobat Reader
    | Adobe Reader | Photoshop | Illustrator | InDesign | AutoCAD | SolidWorks | Visio | Power BI | Power Automate
    | Intune | Entra ID | Azure AD | Active Directory | Okta | Duo | Keycloak | Citrix | Citrix Workspace |
    TeamViewer | AnyDesk | RustDesk | PuTTY | WinSCP | FileZilla | 7-Zip | WinRAR | Notepad++ | LibreOffice |
    OpenOffice | GIMP | VLC | Spotify | WhatsApp | Signal | Telegram | BitLocker | FileVault | Windows Defender |
    Defender | CrowdStrike | Sophos | McAfee | Norton | Kaspersky | Veeam | Acronis | Backup Exec | Commvault |
    Nextcloud | ownCloud | Dropbox | Google Drive | Gmail | iCloud | iTunes | SAP | SAP GUI | S/4HANA |
    Dynamics 365 | Navision | Salesforce | HubSpot | Workday | ServiceNow | Jira | Confluence | Zendesk |
    Freshdesk | OTRS | GLPI | Oracle | PostgreSQL | Postgres | MySQL | MariaDB | SQL Server | SQLite | MongoDB |
    Redis | Elasticsearch | Kibana | Grafana | Prometheus | Zabbix | Nagios | Icinga | Splunk | nginx | Apache |
    Tomcat | IIS | HAProxy | Postfix | Dovecot | BIND | OpenSSH | OpenSSL | systemd | Samba | Docker |
    Docker Desktop | Kubernetes | kubectl | Helm | Podman | Rancher | Terraform | Ansible | Puppet | Chef |
    Jenkins | GitLab | GitHub | Bitbucket | Git | SVN | Maven | Gradle | npm | Node.js | yarn | pip | conda |
    Python | PHP | Perl | Ruby | Java | JavaScript | TypeScript | Kotlin | Scala | Haskell | PowerShell | Bash |
    SQL | C# | C++ | HTML | CSS | jQuery | React | Angular | Vue | Django | Flask | Spring | Rails | Laravel |
    WordPress | Drupal | Magento | Visual Studio | Visual Studio Code | VS Code | IntelliJ | IntelliJ IDEA |
    PyCharm | Eclipse | Xcode | Android Studio | Postman | MATLAB | RStudio | Jupyter | NumPy | pandas |
    TensorFlow | PyTorch | VMware | vCenter | vSphere | Hyper-V | VirtualBox | RabbitMQ | Kafka | MinIO
    | AWS | Azure | S3 | EC2 | Cloudflare | Let's Encrypt | certbot | rsync | curl | wget | robocopy | cron |
    Exchange Server
    """
)

AMBIGUOUS_SOFTWARE = ("Word", "Teams", "Access", "Edge", "Go", "Office", "Photos", "Notes", "Project", "Publisher")

OS = _list_names(
    """
    Windows | Windows Server | Win10 | Win11 | Win7 | macOS | Mac OS X | OS X | iOS | iPadOS | watchOS | Android |
    Chrome OS | ChromeOS | Linux | Ubuntu | Ubuntu Server | Debian | Fedora | CentOS | CentOS Stream | RHEL |
    Red Hat Enterprise Linux | Rocky Linux | AlmaLinux | Oracle Linux | SLES | openSUSE | Arch Linux | Linux Mint
    | Raspberry Pi OS | FreeBSD | OpenBSD | Solaris | AIX | ESXi | FortiOS | Cisco IOS | IOS XE | NX-OS | Junos |
    RouterOS | PAN-OS | pfSense | OPNsense | Unix | MS-DOS | DSM | QTS | TrueNAS | ONTAP | SonicOS | Arista EOS |
    VMware ESXi | Proxmox | Proxmox VE | XenServer | XCP-ng | Amazon Linux | SUSE Linux Enterprise Server |
    openSUSE Leap | openSUSE Tumbleweed | Fedora Silverblue | ChromeOS Flex | Chrome OS Flex | Kubuntu | Xubuntu |
    Kali Linux | Zorin OS | Manjaro | Gentoo | Alpine Linux | Photon OS | Bottlerocket | NixOS | HP-UX | OpenVMS |
    z/OS | Tizen | webOS | One UI | EMUI | Fire OS | tvOS | visionOS | ThinOS | IGEL OS
    """
)

# Nouns in the singular; the plural is matched, too.
DEVICES = _list_names(
    """
    laptop | notebook | computer | PC | desktop PC | workstation | thin client | printer | label printer |
    receipt printer | scanner | barcode scanner | plotter | copier | monitor | projector | beamer | router |
    switch | access point | modem | firewall appliance | docking station | dock | headset | keyboard | mouse |
    trackpad | touchpad | webcam | camera | microphone | tablet | smartphone | phone | desk phone | NAS | SSD |
    hard drive | hard disk | disk | RAM | graphics card | GPU | CPU | motherboard | network card | battery |
    charger | power supply | power adapter | fan | card reader | fingerprint reader | UPS | server rack |
    USB stick | cable | toner | cartridge | fuser | tape drive | smart board | terminal | handheld
    """
)

_SERIES = (
    r"ThinkPad|ThinkCentre|Latitude|OptiPlex|Precision|XPS|EliteBook|ProBook|ZBook|EliteDesk|ProLiant|PowerEdge|LaserJet"
    r"|OfficeJet|DesignJet|Surface|MacBook|iMac|iPhone|iPad|Galaxy|Pixel|Zebra|Yealink|Catalyst|FortiGate|Synology|bizhub"
    r"|ECOSYS|imageRUNNER|EcoTank|UniFi|Jabra|Poly|Logitech|WD19|Raspberry Pi"
)
_MAKERS = (
    r"HP|Dell|Lenovo|Microsoft|Apple|Samsung|Google|Cisco|Canon|Epson|Brother|Kyocera|Ricoh|Xerox|Fujitsu|Acer|Asus"
)
_MODEL = re.compile(
    rf"\b(?:(?:{_MAKERS}) )?(?:{_SERIES})(?: (?:(?:Pro|Air|Mini|Max|Plus|Ultra|Gen|Tab|Book|Studio|Go|Laptop|Watch)\b"
    r"|[A-Z]{0,4}\d+[A-Za-z]{0,4}\b))*"
)
_CODE = re.compile(
    r"\b0x[0-9A-Fa-f]{3,}\b|\b[A-Z]{2,9}[-_]\d{3,6}\b(?!\.)|\bAADSTS\d+\b|\bHTTP(?: error)? [45]\d\d\b"
    r"|\b[Ee]rror [1-9]\d{1,5}\b|\b[Ee]xit (?:code|status) \d+\b|\b[Ee]vent ID \d+\b"
    r"|\b[Cc]ode \d{1,3}\b(?= in [Dd]evice)|\b[A-Z]{2,}(?:_[A-Z]{2,}){1,6}\b"
)
_EXCEPTION = re.compile(r"\b(?:[a-z]+\.)*[A-Z][A-Za-z]+(?:Exception|Error)\b|\bE[A-Z]{4,}\b")
_FAILURE = re.compile(
    r"\b(?:BSOD|blue ?screen(?: of death)?|kernel panic|segmentation fault|segfault|core dump"
    r"|stack overflow|Access denied|Permission denied|Connection refused|Connection timed out"
    r"|No space left on device|Out of memory)\b",
    re.IGNORECASE,
)
_QUOTED = re.compile(r"(?<![\w])[\"'“„]([A-Z][^\"'”“]{6,80}?)[.!]?[\"'”“](?!\w)")
_TELLS_ERROR = re.compile(
    r"\b(?:error|message|says|said|saying|shows?|reads?|pops? up|popup|displays?|fails? with)\b", re.IGNORECASE
)
_VERSION_FORM = r"v?\d+(?:\.\d+)+(?:[-.]?(?:rc|beta|alpha|b|r|p|sp|build|u)\d*)?(?:-\w+)?"
_VERSION = re.compile(rf"(?<![\w.:/]){_VERSION_FORM}(?![\w:/]|\.\d)", re.IGNORECASE)
_IP = re.compile(r"^\d{1,3}(?:\.\d{1,3}){3}$")
_DATE = re.compile(r"^\d{1,2}\.\d{1,2}\.(?:\d\d){1,2}$")
_RELEASE = re.compile(r"\bKB\d{6,7}\b|\b(?:1[5-9]|2\d)H[12]\b|\bSP\d\b|\bR2\b|\b\d+\.x\b")
_AFTER_WORD = re.compile(
    rf"\b(?:version|release|build|firmware|rev)\.? ((?:{_VERSION_FORM})|\d[\w.]*\d|\d+)\b", re.IGNORECASE
)
_NUMBER = re.compile(r" (\d{1,4})(?![\w:%€$°]|[.,]\d| (?:users?|times|minutes|hours|days|people|GB|MB|TB|pages))")


def _names(names: Sequence[str], ignore_case: bool) -> re.Pattern[str]:
    ordered = sorted(names, key=len, reverse=True)
    flags = re.IGNORECASE if ignore_case else 0
    return re.compile(rf"(?<![\w@./\\-])(?:{'|'.join(map(re.escape, ordered))})(?![\w@/\\]|\.\w|-\w)", flags)


_SOFTWARE = _names(SOFTWARE, ignore_case=True)
_AMBIGUOUS = _names(AMBIGUOUS_SOFTWARE, ignore_case=False)
_HINT = re.compile(
    r" (?:\d|crash|freez|hang|won't|does not (?:open|start)|is not responding|document|meeting|file|add-in|365|app\b)"
)
_OS = _names(OS, ignore_case=True)
_DEVICE = re.compile(
    rf"(?<![\w@./-])(?:{'|'.join(map(re.escape, sorted(DEVICES, key=len, reverse=True)))})(?:e?s)?(?![\w@/-])",
    re.IGNORECASE,
)


def _list(document: Document, pattern: re.Pattern[str], kind: str, group: int = 0) -> Iterator[Mention]:
    for match in pattern.finditer(document.text):
        yield Mention(match.start(group), match.end(group), kind)


def software_names(document: Document) -> list[Mention]:
    """Names on the software list, in any case."""
    return list(_list(document, _SOFTWARE, "SOFTWARE"))


def software_by_context(document: Document) -> list[Mention]:
    """Names that are words too, followed by what only happens to programs."""
    return [mention for mention in _list(document, _AMBIGUOUS, "SOFTWARE") if _HINT.match(document.text, mention.end)]


def os_names(document: Document) -> list[Mention]:
    """Names on the list of operating systems, in any case."""
    return list(_list(document, _OS, "OS"))


def device_nouns(document: Document) -> list[Mention]:
    """Device nouns, singular and plural."""
    return list(_list(document, _DEVICE, "HARDWARE"))


def device_models(document: Document) -> list[Mention]:
    """Product series, with their maker before and the model number behind."""
    return list(_list(document, _MODEL, "HARDWARE"))


def dotted_versions(document: Document) -> list[Mention]:
    """Numbers with dots that are no address and no date."""
    found = []
    for mention in _list(document, _VERSION, "VERSION"):
        text = document.text[mention.start : mention.end]
        if not _IP.match(text) and not _DATE.match(text):
            found.append(mention)
    return found


def release_names(document: Document) -> list[Mention]:
    """Update numbers and release names: KB5034441, 23H2, SP1, 2.x."""
    return list(_list(document, _RELEASE, "VERSION"))


def versions_by_word(document: Document) -> list[Mention]:
    """What follows the word version, release, build or firmware."""
    return list(_list(document, _AFTER_WORD, "VERSION", group=1))


def versions_after_names(document: Document) -> list[Mention]:
    """A bare number directly after a name on the lists."""
    found = []
    for pattern in (_OS, _SOFTWARE):
        for match in pattern.finditer(document.text):
            number = _NUMBER.match(document.text, match.end())
            if number:
                found.append(Mention(number.start(1), number.end(1), "VERSION"))
    return sorted(set(found), key=lambda mention: mention.start)


def error_codes(document: Document) -> list[Mention]:
    """Codes in the usual shapes: 0x80070057, ORA-01017, HTTP 503, exit code 137, STOP_CODE_NAMES."""
    return list(_list(document, _CODE, "ERROR"))


def exceptions(document: Document) -> list[Mention]:
    """Names that end in Exception or Error, and POSIX names such as ECONNRESET."""
    return list(_list(document, _EXCEPTION, "ERROR"))


def named_failures(document: Document) -> list[Mention]:
    """Failures with a name of their own, and messages that everybody knows."""
    return list(_list(document, _FAILURE, "ERROR"))


def quoted_messages(document: Document) -> list[Mention]:
    """A quotation in a sentence that speaks of a message or an error."""
    if not _TELLS_ERROR.search(document.text):
        return []
    return list(_list(document, _QUOTED, "ERROR", group=1))


IT_FUNCTIONS: tuple[LabellingFunction, ...] = (
    software_names,
    software_by_context,
    os_names,
    device_nouns,
    device_models,
    dotted_versions,
    release_names,
    versions_by_word,
    versions_after_names,
    error_codes,
    exceptions,
    named_failures,
    quoted_messages,
)
