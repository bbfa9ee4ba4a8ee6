"""Connections: what a phone number's calls go to. Each account starts with one Voice API application."""

from dataclasses import dataclass

from ...account import Account


@dataclass(slots=True)
class Connection:
    id: str
    name: str


def seed(account: Account) -> None:
    connection = Connection(account.ids.snowflake("connection"), "Sandbox voice application")
    account.collection(Connection)[connection.id] = connection
