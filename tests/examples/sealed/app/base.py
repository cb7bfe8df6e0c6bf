from sqlalchemy import MetaData

CONVENTION = {"uq": "uq_%(table_name)s_%(column_0_name)s", "pk": "pk_%(table_name)s"}
metadata = MetaData(naming_convention=CONVENTION)
