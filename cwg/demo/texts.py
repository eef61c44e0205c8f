"""What the files of the demonstration say, in three languages, and the files. Every one says that it is nobody's position."""

from dataclasses import dataclass

from cwg.texts import docx_out, pdf_out
from cwg.texts.tree import Block, Style, Text, heading, items, paragraph, title

from .filing import FileOf, Paper

EXAMPLE = "Example of the demonstration. It is nobody's position."


@dataclass(frozen=True)
class Phrases:
    """The sentences between which a contribution's own words stand, in one language."""

    example: str
    made: str
    background: str
    known: str
    questions: str
    asked: tuple[str, ...]
    proposal: str
    for_information: str


PHRASES = {
    "en": Phrases(
        EXAMPLE,
        "It was made so that there is a text to open, to search and to compare.",
        "Background",
        "“{title}” is one of the matters that the Group follows. This section would say what the Group has heard of it so "
        "far, and where it stands.",
        "Questions",
        (
            "What have administrations done on this matter since the last meeting?",
            "Which of it could be shared as good practice?",
            "What should the Group ask the secretariat and the bureaux to report?",
        ),
        "Proposal",
        "This document is submitted for information.",
    ),
    "fr": Phrases(
        "Exemple de la démonstration. Il n'exprime la position de personne.",
        "Il a été établi afin qu'il y ait un texte à ouvrir, à consulter et à comparer.",
        "Considérations générales",
        "Le thème «\u00a0{title}\u00a0» est l'une des questions que suit le Groupe. La présente section indiquerait ce dont "
        "le Groupe a déjà été saisi à ce sujet et où en sont les travaux.",
        "Questions",
        (
            "Quelles mesures les administrations ont-elles prises en la matière depuis la dernière réunion\u00a0?",
            "Lesquelles pourraient être partagées en tant que bonnes pratiques\u00a0?",
            "Sur quels points le Groupe devrait-il demander au secrétariat et aux Bureaux de lui faire rapport\u00a0?",
        ),
        "Proposition",
        "Le présent document est soumis pour information.",
    ),
    "ru": Phrases(
        "Демонстрационный пример. Он не выражает ничьей позиции.",
        "Он подготовлен для того, чтобы имелся текст, который можно открыть, просмотреть и сравнить.",
        "Базовая информация",
        "Тема «{title}» — один из вопросов, за которыми следит Группа. В этом разделе было бы изложено, какие сведения "
        "Группа уже получила и в каком состоянии находится работа.",
        "Вопросы",
        (
            "Что сделали администрации по этому вопросу со времени последнего собрания?",
            "Чем из этого можно было бы поделиться как передовым опытом?",
            "О чем Группе следует просить секретариат и Бюро представить отчет?",
        ),
        "Предложение",
        "Настоящий документ представляется для информации.",
    ),
}


def docx(paper: Paper, language: str = "en", *, called: str = "", proposal: str = "") -> FileOf:
    """The paper as a Word file. In another language than English with its title and its proposal in that language."""
    text = _text(paper, language, called or paper.title, proposal or paper.action_required)
    return FileOf(_name(paper, language, "docx"), docx_out.MEDIA_TYPE, docx_out.to_docx(text), language)


def pdf(paper: Paper, language: str = "en") -> FileOf:
    text = _text(paper, language, paper.title, paper.action_required)
    return FileOf(_name(paper, language, "pdf"), pdf_out.MEDIA_TYPE, pdf_out.to_pdf(text), language)


def corrigendum(paper: Paper, *sentences: str) -> FileOf:
    """What is to be read for what in the English text, as a Word file."""
    made = docx_out.to_docx(_plain(paper.title, *sentences))
    return FileOf(_name(paper, "en", "docx", "corrigendum"), docx_out.MEDIA_TYPE, made)


def note_verbale(paper: Paper, *sentences: str) -> FileOf:
    """The letter with which a paper came, as a PDF: as it would have been scanned."""
    made = pdf_out.to_pdf(_plain("Note verbale", *sentences))
    return FileOf(_name(paper, "en", "pdf", "note-verbale"), pdf_out.MEDIA_TYPE, made)


def _plain(head: str, *sentences: str) -> Text:
    return Text(head, "en", (title(head), paragraph(EXAMPLE), *(paragraph(each) for each in sentences)))


def _text(paper: Paper, language: str, called: str, proposal: str) -> Text:
    if paper.points:
        blocks = (title(called), paragraph(EXAMPLE), *items(paper.points, Style.COUNT))
    else:
        blocks = _sections(PHRASES[language], called, proposal)
    return Text(called, language, blocks)


def _sections(say: Phrases, called: str, proposal: str) -> tuple[Block, ...]:
    return (
        title(called),
        paragraph(f"{say.example} {say.made}"),
        heading(1, say.background, numbered=True),
        paragraph(say.known.format(title=called)),
        heading(1, say.questions, numbered=True),
        *items(say.asked, Style.COUNT),
        heading(1, say.proposal, numbered=True),
        paragraph(proposal or say.for_information),
    )


def _name(paper: Paper, language: str, extension: str, what: str = "") -> str:
    stem = paper.stem or (paper.state or paper.office).lower()
    return "-".join(part for part in (stem, what, language) if part) + f".{extension}"
