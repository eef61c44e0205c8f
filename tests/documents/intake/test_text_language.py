"""The language of a text is told of the six only, and only where it is plain."""

import pytest

from cwg.documents.intake.text_language import likely_language

TEXTS = {
    "en": "The Group is invited to consider the proposals that are made in this contribution by the administration, "
    "and to report to the Council on the measures which Member States shall take for the development of the "
    "Internet and of its public policy issues.",
    "fr": "Le Groupe est invité à examiner les propositions qui sont présentées dans cette contribution par "
    "l'administration, et à faire rapport au Conseil sur les mesures que les États Membres doivent prendre pour le "
    "développement de l'Internet et des questions de politiques publiques.",
    "es": "Se invita al Grupo a examinar las propuestas que se presentan en esta contribución por la administración y "
    "a informar al Consejo sobre las medidas que los Estados Miembros han de adoptar para el desarrollo de Internet "
    "y de las cuestiones de política pública.",
    "ru": "Группе предлагается рассмотреть предложения, представленные администрацией в настоящем вкладе, и "
    "представить Совету отчет о мерах, которые следует принять Государствам-Членам для развития интернета.",
    "ar": "يُدعى الفريق إلى النظر في المقترحات التي قدمتها الإدارة في هذه المساهمة وإلى رفع تقرير إلى المجلس عن "
    "التدابير التي ينبغي للدول الأعضاء اتخاذها من أجل تنمية الإنترنت.",
    "zh": "请小组审议主管部门在本文稿中提出的建议，并就成员国为发展互联网及其国际公共政策问题应采取的措施向理事会提交报告。",
}
OTHERS = {
    "Portuguese": "O Grupo é convidado a examinar as propostas que a administração apresenta nesta contribuição e a "
    "informar o Conselho sobre as medidas que os Estados-Membros devem tomar para o desenvolvimento da Internet e das "
    "questões de política pública.",
    "German": "Die Gruppe wird gebeten, die Vorschläge zu prüfen, die die Verwaltung in diesem Beitrag macht, und dem "
    "Rat über die Maßnahmen zu berichten, die von den Mitgliedstaaten für die Entwicklung des Internets zu treffen "
    "sind und nicht auf einen späteren Zeitpunkt verschoben werden.",
    "Italian": "Il Gruppo è invitato a esaminare le proposte che l'amministrazione presenta in questo contributo e a "
    "riferire al Consiglio sulle misure che gli Stati membri devono adottare per lo sviluppo di Internet e delle "
    "questioni di politica pubblica.",
    "Ukrainian": "Групі пропонується розглянути пропозиції, подані адміністрацією в цьому внеску, і представити Раді "
    "звіт про заходи, яких слід вжити Державам-Членам для розвитку інтернету та його політики.",
    "Persian": "از گروه دعوت می‌شود پیشنهادهایی را که اداره در این سند ارائه کرده است بررسی کند و گزارشی درباره "
    "اقداماتی که کشورهای عضو باید برای گسترش اینترنت انجام دهند به شورا بدهد.",
    "Japanese": "グループは、本寄書において主管庁が行った提案を検討し、インターネットの発展のために加盟国が講ずべき措置について理事会に報告することが求められる。",
}


@pytest.mark.parametrize("language", TEXTS)
def test_each_of_the_six_languages_is_told(language):
    assert likely_language(TEXTS[language]) == language


@pytest.mark.parametrize("language", OTHERS)
def test_a_language_that_is_not_of_the_six_is_taken_for_none_of_them(language):
    assert likely_language(OTHERS[language]) == ""


@pytest.mark.parametrize("text", ["", "CWG-Internet-23/2", "Hello", "12 " * 200, "the of and to for"])
def test_a_text_that_says_too_little_is_in_no_language(text):
    assert likely_language(text) == ""


def test_a_text_in_two_languages_is_in_neither():
    assert likely_language(TEXTS["en"] + TEXTS["ru"]) == ""
    assert likely_language(TEXTS["en"] + TEXTS["fr"]) == ""


@pytest.mark.parametrize("language", ["ru", "ar", "zh"])
def test_symbols_and_addresses_among_the_words_do_not_hide_the_language(language):
    assert likely_language(f"CWG-Internet-23/2 {TEXTS[language]} www.example.org") == language


def test_of_a_long_text_the_beginning_tells():
    assert likely_language(TEXTS["fr"] * 2000) == "fr"
