"""Curated names of software, operating systems and devices."""

from __future__ import annotations


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
