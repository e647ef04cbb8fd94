-- The industries.
-- Grain: one row per industry, in order.
select industry
from industries
order by industry
