-- Finds the rejected rows of an asset without reading all rejections. Ids of raw rows may be texts of any length, and
-- an index entry has little room: the longer ones, which no asset has, are left out.
create index rejected_rows_of_an_asset on rejected_assets (normalised_id(id)) where length(id) <= 200;

comment on index rejected_rows_of_an_asset is
    'For: where normalised_id(id) = normalised_id(''…'') and length(id) <= 200.';
