import os

from alembic import context

url = os.environ["SHOP_DATABASE_URL"]
