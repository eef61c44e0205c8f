"""What a paper's own head says is proposed, in six languages; what is no title of it is not."""

import pytest

from contributions import proposals
from contributions.proposals import Proposal, propose, useful_core_title
from tests.documents.intake.test_text_language import TEXTS

NAMES = ("Council Working Group on Internet", "Saudi Arabia")

# As papers of the Union are headed, in each of the six languages, each before a text in that language.
HEADS = {
    "en": """Council Working Group on International Internet-related Public Policy Issues
Twenty-third meeting – Geneva, 1-2 February 2026
Document CWG-Internet-23/2
12 January 2026
Original: English
Source:\tSaudi Arabia
Title:\tFair prices for connectivity
Summary
This contribution describes prices.
It proposes a study.
Action required
The Group is invited to consider the study.
References
Council Resolution 1305
1 Introduction
""",
    "fr": """Groupe de travail du Conseil
Document CWG-Internet-23/2-F
12 janvier 2026
Original : anglais
Origine : Arabie saoudite
Titre : Prix équitables de la connectivité
RÉSUMÉ
La présente contribution décrit les prix.
Suite à donner par le Groupe
Le Groupe est invité à examiner l'étude.
Références
Résolution 1305 du Conseil
Introduction
""",
    "es": """Grupo de Trabajo del Consejo
Origen: Arabia Saudita
Título: Precios justos de la conectividad
Resumen
Esta contribución describe los precios.
Acción solicitada
Se invita al Grupo a examinar el estudio.
Referencias
Resolución 1305 del Consejo
""",
    "ru": """Рабочая группа Совета
Источник: Саудовская Аравия
Название: Справедливые цены на доступ
Резюме
Во вкладе описаны цены.
Необходимые действия
Группе предлагается рассмотреть исследование.
Справочные материалы
Резолюция 1305 Совета
Введение
""",
    "ar": """فريق العمل التابع للمجلس
المصدر: المملكة العربية السعودية
العنوان: أسعار عادلة للتوصيلية
ملخص
تصف هذه المساهمة الأسعار.
الإجراء المطلوب
يُدعى الفريق إلى النظر في الدراسة.
المراجع
قرار المجلس 1305
مقدمة
""",
    "zh": """理事会工作组
来源：沙特阿拉伯
标题：公平的连接价格
摘要
本文稿介绍价格。
需采取的行动
请小组审议研究报告。
参考文件
理事会第1305号决议
引言
""",
}
SAID = {
    "en": ("Fair prices for connectivity", "This contribution describes prices.\nIt proposes a study.",
           "The Group is invited to consider the study.", "Council Resolution 1305"),
    "fr": ("Prix équitables de la connectivité", "La présente contribution décrit les prix.",
           "Le Groupe est invité à examiner l'étude.", "Résolution 1305 du Conseil"),
    "es": ("Precios justos de la conectividad", "Esta contribución describe los precios.",
           "Se invita al Grupo a examinar el estudio.", "Resolución 1305 del Consejo"),
    "ru": ("Справедливые цены на доступ", "Во вкладе описаны цены.",
           "Группе предлагается рассмотреть исследование.", "Резолюция 1305 Совета"),
    "ar": ("أسعار عادلة للتوصيلية", "تصف هذه المساهمة الأسعار.",
           "يُدعى الفريق إلى النظر في الدراسة.", "قرار المجلس 1305"),
    "zh": ("公平的连接价格", "本文稿介绍价格。", "请小组审议研究报告。", "理事会第1305号决议"),
}  # fmt: skip


@pytest.mark.parametrize("language", HEADS)
def test_a_paper_with_a_head_says_all_in_each_of_the_six_languages(language):
    title, summary, action, references = SAID[language]
    found = propose(HEADS[language] + TEXTS[language])
    assert found == Proposal(title, language, summary, action, references)


def test_labels_in_cells_of_a_table_stand_a_line_before_what_they_say():
    text = "Source\nSaudi Arabia\nTitle\nFair prices for connectivity\nAgenda item\n3\nAbstract\nOn prices.\nContact\nA. B."
    found = propose(text)
    assert (found.title, found.summary) == ("Fair prices for connectivity", "On prices.")


def test_without_a_label_behind_it_the_first_paragraph_is_the_summary():
    found = propose("On fair prices\nSummary\nPrices in short.\n" + "The text goes on for long.\n" * 40)
    assert found.summary == "Prices in short."


def test_lines_that_only_a_margin_divided_are_one():
    found = propose(
        "Title: Fair prices\nfor connectivity\nSummary\nThis paper describes\nprices.\nAction required\nNote."
    )
    assert found.title == "Fair prices for connectivity"
    assert found.summary == "This paper describes prices."


def test_the_first_line_that_is_no_furniture_is_the_title():
    text = """INTERNATIONAL TELECOMMUNICATION UNION
    Council Working Group on Internet
    Document CWG-Internet-23/2-E
    CWG-Internet-23/2
    12 January 2026
    English only
    Contribution from Saudi Arabia
    Saudi Arabia
    FAIR PRICES FOR
    CONNECTIVITY
    Prices have fallen."""
    assert propose(text, names=NAMES).title == "FAIR PRICES FOR CONNECTIVITY"


@pytest.mark.parametrize(
    "says_who",
    [
        "Report by the Secretary-General", "Note by the Chair", "Joint contribution of A and B", "Rapport du Secrétaire général",
        "Informe del Secretario General", "Отчет Генерального секретаря", "تقرير من الأمين العام", "秘书长的报告",
    ],
)  # fmt: skip
def test_who_reports_is_no_title(says_who):
    assert propose(f"Document C26/57-E\n{says_who}\nOn fair prices").title == "On fair prices"


def test_where_the_text_begins_at_once_nothing_is_its_title():
    body = "The prices of connectivity have fallen in many countries, and yet they remain high in others " * 4
    assert propose(f"{body}.\nA short line").title == ""


@pytest.mark.parametrize(
    ("core", "title"),
    [("Fair prices for all", "Fair prices for all"), ("Of an older paper", "Another first line")],
)
def test_a_core_title_counts_before_the_first_line_only_where_the_paper_bears_it(core, title):
    assert propose("Another first line\nFair prices for all\n", core_title=core).title == title


def test_without_any_text_the_core_title_is_proposed():
    assert propose("", core_title="Fair prices for all") == Proposal(title="Fair prices for all")


@pytest.mark.parametrize(
    "core",
    [
        "", "Microsoft Word - contribution.doc", "Document1", "document 2", "Untitled", "contribution final v2.docx",
        "ITU template 2024", "Modèle de contribution", "CWG-Internet-23/2", "Title", "Présentation",
        "Word", "12/2", "\u200f\u200f", "Новый шаблон документа", "Sans titre",
    ],
)  # fmt: skip
def test_what_no_person_gave_as_a_title_is_none(core):
    assert useful_core_title(core) == ""
    assert propose("", core_title=core).title == ""


def test_the_language_that_the_head_states_counts_where_the_text_says_too_little():
    assert propose("Original: French\nOn prices").language == "fr"
    assert propose("Original: Arabic/English").language == "ar"
    assert propose("On prices").language == ""


def test_what_turns_the_direction_of_writing_is_left_out_and_what_is_too_long_not_proposed():
    assert propose("Title: \u202bFair prices\u202c").title == "Fair prices"
    assert propose("Title: " + "x y " * 200).title == ""


@pytest.mark.parametrize(
    "text", ["", "\n\f\n", "____\n----", "Title:", "Title:\nSummary:\nAction required:", ":" * 9_000]
)
def test_a_paper_that_says_nothing_proposes_nothing(text):
    assert propose(text) == Proposal()


def test_a_line_of_a_table_of_contents_is_no_summary():
    said = proposals.propose("Title: Fair prices\nSummary\t2\nIntroduction\t3\nSummary\nPrices are high.\n")
    assert said.summary == "Prices are high."


def test_a_line_of_many_blanks_costs_no_more_than_another(monkeypatch):
    """Each blank would be tried as the beginning of what divides a label from its words."""
    searched = []
    divided = proposals._DIVIDED

    class Watched:
        def search(self, line):
            searched.append(line)
            return divided.search(line)

    monkeypatch.setattr(proposals, "_DIVIDED", Watched())
    proposals.propose("a" + " " * 7_500 + "b")
    assert searched and all("  " not in line for line in searched)
