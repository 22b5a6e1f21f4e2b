"""The IT-support domain: five entity types, and the StackOverflow corpus's 28 fine types mapped onto them.

Source of the fine types: Tabassum et al., Code and Named Entity Recognition in StackOverflow, ACL 2020.
"""

from __future__ import annotations

from itner.core.labels import LabelScheme

SCHEME = LabelScheme(
    name="it5",
    types=("ERROR", "HARDWARE", "OS", "SOFTWARE", "VERSION"),
    mapping={
        "Application": "SOFTWARE",
        "Library": "SOFTWARE",
        "Language": "SOFTWARE",
        "Operating_System": "OS",
        "Device": "HARDWARE",
        "Error_Name": "ERROR",
        "Version": "VERSION",
        "Algorithm": None,
        "Class_Name": None,
        "Code_Block": None,
        "Data_Structure": None,
        "Data_Type": None,
        "File_Name": None,
        "File_Type": None,
        "Function_Name": None,
        "HTML_XML_Tag": None,
        "Keyboard_IP": None,
        "Library_Class": None,
        "Library_Function": None,
        "Library_Variable": None,
        "Licence": None,
        "Organization": None,
        "Output_Block": None,
        "User_Interface_Element": None,
        "User_Name": None,
        "Value": None,
        "Variable_Name": None,
        "Website": None,
    },
    not_prose=("Code_Block",),
    headers=("Question_ID", "Question_URL", "Answer_to_Question_ID"),
)

RARE_TYPES = ("ERROR", "OS")
