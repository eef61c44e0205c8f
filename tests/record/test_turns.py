"""Whose turn it is within a process, and when a further one is refused."""

import threading

import pytest

from cwg.record import turns
from cwg.record.turns import NoTurn, Turns
from tests import waiting

PATIENCE = 20.0


class Queue:
    """Threads that take turns; each holds its turn until it is let go."""

    def __init__(self, share: int):
        self.turns, self.mark = Turns(lambda: share), "the mark as it stands"
        self.came, self.refused, self.threads = [], [], []
        self.let_go = {}

    def send(self, name: str, key: str = "register", patience: float = PATIENCE) -> None:
        self.let_go[name] = threading.Event()
        before = self.turns.waiting()
        thread = threading.Thread(target=self._take, args=(name, key, patience))
        self.threads.append(thread)
        thread.start()
        if patience == PATIENCE:
            waiting.until(lambda: self.turns.waiting() > before or name in dict(self.refused))

    def _take(self, name: str, key: str, patience: float) -> None:
        try:
            with self.turns.turn(key, patience=patience, mark=lambda: self.mark):
                self.came.append(name)
                assert self.let_go[name].wait(60)
        except NoTurn as error:
            self.refused.append((name, error.full))

    def end(self) -> None:
        for event in self.let_go.values():
            event.set()
        for thread in self.threads:
            thread.join(30)
        assert not any(thread.is_alive() for thread in self.threads)
        assert self.turns.waiting() == 0


@pytest.fixture
def queue():
    made = Queue(share=2)
    yield made
    made.end()


def test_one_after_another_in_the_order_in_which_they_came(queue):
    for name in "abcd":
        queue.send(name)
        queue.mark += name  # it moves: nobody is refused
        waiting.until(lambda: queue.came[:1] == ["a"])
    for count, name in enumerate("abcd", 1):
        waiting.until(lambda count=count: len(queue.came) == count)
        queue.let_go[name].set()
    waiting.until(lambda: queue.turns.waiting() == 0)
    assert queue.came == ["a", "b", "c", "d"]
    assert queue.refused == []


def test_rows_do_not_wait_for_each_other(queue):
    queue.send("a", "one register")
    queue.send("b", "another")
    waiting.until(lambda: set(queue.came) == {"a", "b"})


def test_beyond_the_share_a_row_that_is_still_is_refused_soon_and_those_within_it_go_on_waiting(queue):
    queue.send("a")
    queue.send("b")
    queue.send("c")
    waiting.until(lambda: queue.refused == [("c", True)])
    assert queue.came == ["a"] and queue.turns.waiting() == 2


def test_beyond_the_share_nobody_is_refused_while_another_process_moves_the_row(queue, monkeypatch):
    marks = iter(range(1_000_000))
    moving = type("Moving", (), {"__get__": lambda *_: next(marks)})
    monkeypatch.setattr(Queue, "mark", moving(), raising=False)
    del queue.__dict__["mark"]
    queue.send("a")
    queue.send("b")
    queue.send("c")
    seen = next(marks)
    waiting.until(lambda: next(marks) > seen + 15)  # c has looked, and looked again
    assert queue.refused == []


def test_patience_ends_within_the_share_too(queue):
    queue.send("a")
    waiting.until(lambda: queue.came == ["a"])
    queue.send("b", patience=0.2)
    waiting.until(lambda: queue.refused == [("b", False)])
    assert queue.turns.waiting() == 1


def test_beyond_the_share_a_free_row_is_looked_at_only_shortly(queue):
    queue.send("a", "one register")
    queue.send("b", "one register")
    with queue.turns.turn("another", patience=PATIENCE, mark=lambda: None) as left:
        assert left == turns.STILL
