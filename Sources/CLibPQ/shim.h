#pragma once
#include <libpq-fe.h>

// The field codes of an error report are character macros, which Swift does not import.
static const int etl_diag_severity = PG_DIAG_SEVERITY_NONLOCALIZED;
static const int etl_diag_sqlstate = PG_DIAG_SQLSTATE;
static const int etl_diag_message_primary = PG_DIAG_MESSAGE_PRIMARY;
static const int etl_diag_message_detail = PG_DIAG_MESSAGE_DETAIL;
static const int etl_diag_message_hint = PG_DIAG_MESSAGE_HINT;
static const int etl_diag_statement_position = PG_DIAG_STATEMENT_POSITION;
static const int etl_diag_internal_position = PG_DIAG_INTERNAL_POSITION;
static const int etl_diag_internal_query = PG_DIAG_INTERNAL_QUERY;
static const int etl_diag_context = PG_DIAG_CONTEXT;
static const int etl_diag_schema_name = PG_DIAG_SCHEMA_NAME;
static const int etl_diag_table_name = PG_DIAG_TABLE_NAME;
static const int etl_diag_column_name = PG_DIAG_COLUMN_NAME;
static const int etl_diag_constraint_name = PG_DIAG_CONSTRAINT_NAME;
static const int etl_diag_source_function = PG_DIAG_SOURCE_FUNCTION;
