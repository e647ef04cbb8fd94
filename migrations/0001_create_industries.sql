-- How texts of raw batches are made comparable: trimmed of ASCII white space, folded in ASCII only.
create function normalised_id(id text) returns text
language sql immutable parallel safe
return upper(btrim(id, e' \t\n\r\f\x0b') collate "C");

comment on function normalised_id(text) is 'An id as the tables keep it: trimmed, in upper case.';

create function normalised_label(label text) returns text
language sql immutable parallel safe
return lower(btrim(label, e' \t\n\r\f\x0b') collate "C");

comment on function normalised_label(text) is 'An industry label as industry_labels has it: trimmed, in lower case.';

-- Industries are configuration as data: adding a row adds an industry.
create table industries (
    industry text collate "C" constraint industry_is_named_once primary key
        constraint industry_is_trimmed_and_not_empty check (industry <> '' and industry = btrim(industry, e' \t\n\r\f\x0b'))
);

create unique index industries_differ_in_more_than_case on industries (normalised_label(industry));

comment on table industries is
    'The industries in which scores are compared, one row each. Insert a row to add an industry.';
comment on column industries.industry is 'Canonical name, as stored with every accepted asset.';

-- A label matches in any case and with blanks around it; these are further spellings of an industry.
create table industry_aliases (
    label text collate "C" constraint label_stands_for_one_industry primary key
        constraint label_is_lower_case_and_trimmed
            check (label <> '' and label = normalised_label(label)),
    industry text collate "C" not null references industries (industry)
);

comment on table industry_aliases is
    'Further spellings of an industry in raw batches: label (lower case, trimmed) to industry.';
comment on column industry_aliases.label is
    'Spelling in raw batches, lower case and trimmed; an industry''s own name needs no row.';
comment on column industry_aliases.industry is 'The industry that the label stands for.';

insert into industries (industry) values ('clothing'), ('food'), ('cars'), ('hair care');

-- Grain: one row per label. An industry's own name wins over an alias that spells another one so.
create view industry_labels as
select distinct on (label) label, industry
from (
    select normalised_label(industry) as label, industry, 1 as precedence from industries
    union all
    select label, industry, 2 from industry_aliases
) as spelling
order by label, precedence;

comment on view industry_labels is
    'Every spelling that raw batches may use, lower case and trimmed, with the industry it stands for.';
comment on column industry_labels.label is 'Spelling, lower case and trimmed.';
comment on column industry_labels.industry is 'The industry that it stands for.';
