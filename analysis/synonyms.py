"""What other people call the columns and values of the contract."""

from __future__ import annotations

import re

#: contract column: their names, in lower case without spaces or signs
NAMES = {
    "patient_id": "usubjid subjid subject subjectid patientid patid pid id recordid studyid "
                  "patnr patientnr subjectno "
                  "studynumber caseid patientno patientnumber pseudonym fallnummer",
    "centre": "center site siteid hospital clinic institution zentrum",
    "age_years": "age ageyears ageatrt ageatbaseline alter alterjahre edad",
    "sex": "gender sexe geschlecht sexo",
    "viral_hepatitis": "hepatitis hbvhcv viralhep hepatitisvirus virus",
    "ecog": "ecogps ps performancestatus ecogperformancestatus ecogscore whops bsecog ecogbl",
    "afp_ng_ml": "afp alphafetoprotein afpngml baselineafp afpbl",
    "child_pugh_class": "childpugh cp cpclass childpughclass cps childclass",
    "portal_invasion": "pvi pvtt portalveininvasion portalveintumorthrombus mvi "
                       "macrovascularinvasion",
    "extrahepatic_spread": "ehs extrahepatic metastasis metastases extrahepaticmetastasis mets",
    "prior_hepatectomy": "hepatectomy priorsurgery priorresection resection",
    "prior_local_treatment": "priorlocaltherapy localtreatment tace priortace priorlrt",
    "tumour_diameter_cm": "tumorsize tumoursize tumorsizecm tumoursizecm diameter maxdiameter "
                          "largesttumor largesttumour tumordiameter tumordiametercm",
    "tumour_number": "tumornumber numberoftumors numberoftumours ntumors tumorcount nodules",
    "disease_status": "progressionpattern progressiontype",
    "ici_line": "line lineoftherapy iciline treatmentline",
    "ici_agent": "ici icidrug immunotherapy drug agent pd1 pd1inhibitor",
    "antiangiogenic_agent": "antiangiogenic tki vegf antivegf targetedtherapy",
    "response_ici": "bestresponseici iciresponse bor_ici responsetoici priorresponse",
    "response_rt": "bestresponse response bor bestoverallresponse rtresponse responsert "
                   "bestresponsert mrecist",
    "downstaging_surgery": "downstaged conversionsurgery surgeryyn",
    "disease_free": "ned diseasefree cr_maintained",
    "ici_start": "icistart icistartdate dateoficistart startici immunotherapystart "
                 "firstdoseici",
    "rt_start": "rtstart rtstartdate startrt dateofrt rtdate radiotherapystart treatmentstart "
                "trtsdt trtsdtm startdate",
    "ici_progression": "progressiononici icipd iciprogressiondate pdici",
    "progression": "progressiondate dateofprogression pddate pd relapse dateofrelapse "
                   "recurrencedate",
    "infield_progression": "infieldprogressiondate infieldpd localprogression localfailure",
    "outfield_progression": "outfieldprogressiondate outfieldpd distantprogression "
                            "outoffieldprogression",
    "surgery": "surgerydate dateofsurgery opdate",
    "death": "deathdate dateofdeath dthdt dod todesdatum dtofdeath",
    "last_followup": "lastfollowup lastfu lfu lastcontact lastfollowupdate dateoflastcontact "
                     "fudate lstalvdt lastalive dateoflastfollowup",
    "pfs_months": "pfs pfstime pfsmo pfsmonths timetoprogression",
    "pfs_event": "pfsstatus pfsevent pfse progressed",
    "os_months": "os ostime osmo osmonths survival survivalmonths survtime futime",
    "os_event": "osstatus osevent ose dead died status vitalstatus dthfl deathflag",
    "pfs1_months": "pfs1 pfs1time pfs1months", "pfs1_event": "pfs1status pfs1event",
    "ifpfs_months": "ifpfs ifpfstime", "ifpfs_event": "ifpfsstatus",
    "ofpfs_months": "ofpfs ofpfstime", "ofpfs_event": "ofpfsstatus",
    "os_censored": "oscnsr oscensor oscens cnsros", "pfs_censored": "pfscnsr pfscensor cnsrpfs",
    "site": "rtsite irradiatedsite target targetsite lesionsite location",
    "technique": "rttechnique modality rtmodality",
    "fractions": "fx nfx nfractions numberoffractions fractionnumber nooffractions",
    "dose_gy": "dose totaldose dosegy totaldosegy rtdose prescribeddose gesamtdosis",
    "completed": "rtcompleted completion finished completedrt",
    "term": "aeterm aedecod adverseevent ae toxicity event preferredterm pt ctcaeterm",
    "grade": "aetoxgr atoxgr aegrade ctcaegrade toxgrade severity ctc ctcae",
    "onset_day": "astdy aestdy onsetday dayofonset startday",
    "onset_date": "aeonset aestartdate aeonsetdate astdt astdtm aestdtc onset onsetdate aestart "
                  "startdate dateofonset",
    "visit": "avisit timepoint visitname redcapeventname eventname event zeitpunkt",
    "day": "ady lbdy studyday dayssincert",
    "visit_date": "adt lbdt labdate visitdate dateofvisit sampledate blooddate adtm",
    "albumin_g_l": "albumin alb albumingl albumingdl albgl albgdl salbumin",
    "bilirubin_umol_l": "bilirubin bili tbil tbili totalbilirubin bil bilirubinumoll bilirubinmgdl",
    "alp_u_l": "alp alkphos alkalinephosphatase ap alpul",
    "alt_u_l": "alt sgpt alat gpt altul", "ast_u_l": "ast sgot asat got astul",
    "ascites": "ascitesyn aszites",
    "step": "stage flowstep", "reason": "exclusionreason why", "n": "count number patients",
}
SYNONYMS = {column: {column.replace("_", ""), *names.split()} for column, names in NAMES.items()}

#: contract level: their words for it, in lower case
LEVELS = {
    "male": "m man men männlich homme h masculino", "female": "f w woman women weiblich femme "
    "mujer femenino",
    "CR": "complete|complete response|complete remission", "PR": "partial response|partial "
    "remission|partial", "SD": "stable disease|stable", "PD": "progressive disease|progression",
    "NE": "not evaluable|inevaluable|n/e",
    "baseline": "bl|screening|pre-rt|pre rt|day 0|month 0|week 0|visit 0|v0|baseline_arm_1",
    "month_1": "month 1|1 month|m1|1m|week 4|4 weeks|day 30|month_1_arm_1|1_month_arm_1",
    "month_3": "month 3|3 months|m3|3m|week 12|12 weeks|day 90|month_3_arm_1|3_month_arm_1"
               "|3_months_arm_1",
    "PVTT_HVTT": "pvtt|hvtt|portal vein|tumor thrombus|tumour thrombus|thrombus",
    "bone_soft_tissue": "bone|soft tissue|bone or soft tissue", "lymph_node": "ln|lymph node|nodes",
    "other": "others|adrenal|lung|brain", "liver": "hepatic|liver lesion|intrahepatic",
    "SBRT": "sabr|stereotactic", "IMRT": "vmat|imrt/vmat|tomotherapy",
    "A": "child a|cp a|cp-a|a5|a6|class a", "B": "child b|cp b|cp-b|b7|b8|b9|class b",
    "C": "child c|cp c|cp-c|c10|class c",
    "RL": "residual|residual lesion|residual lesions",
    "PEL": "progression of existing lesions|existing", "NL": "new|new lesion|new lesions",
    "true": "positive|pos|ja|oui|si|yes|dead|died|deceased|progressed|event|+",
    "false": "negative|neg|nein|non|none|no|alive|censored|living|-",
}
WORDS = {level: {level.lower(), *(words.split("|") if "|" in words else words.split())}
         for level, words in LEVELS.items()}


def simplify(name):
    """Return a column's name in lower case without spaces, signs or what stands in brackets."""
    return re.sub(r"[^a-z0-9ß-öø-ÿ]", "", re.sub(r"[(\[].*?[)\]]", "", str(name)).lower())


def find_synonym(name, table):
    """Return the contract column of a table that `name` is another word for, or None.

    Examples
    --------
    >>> find_synonym("Gender", "patients"), find_synonym("Gender", "laboratory")
    ('sex', None)
    """
    from analysis.schema import columns

    plain = simplify(name)
    return next((c for c in columns(table) if plain in SYNONYMS.get(c, ())), None)
