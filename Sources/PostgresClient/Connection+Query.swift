internal import CLibPQ

extension Connection {
    /// Executes a statement with parameters and returns its rows.
    ///
    /// - Parameter parameters: values of `$1`, `$2`, …, in order; their types are inferred by the server.
    /// - Throws: `PostgresError`.
    @discardableResult
    public func execute(_ statement: Statement, _ parameters: [any PostgresEncodable] = []) throws -> Rows {
        let connection = try open()
        let values = CStringArray(parameters.map(\.postgresText))
        guard
            PQsendQueryParams(
                connection, statement.sql, Int32(parameters.count), nil, values.pointers, nil, nil, 0) == 1
        else { throw connectionError(statement) }
        return Rows(handle: try onlyResult(statement))
    }

    /// Executes a statement that returns exactly one row.
    ///
    /// - Throws: `PostgresError`; of kind `unexpectedResult` where there are none or several rows.
    public func executeOne(_ statement: Statement, _ parameters: [any PostgresEncodable] = []) throws -> Row {
        let rows = try execute(statement, parameters)
        guard let row = rows.first, rows.count == 1 else {
            throw PostgresError(
                .unexpectedResult, message: "one row expected, \(rows.count) returned", statement: statement)
        }
        return row
    }

    /// Executes a text of several statements without parameters, as a migration file holds them.
    ///
    /// - Throws: `PostgresError`, with the position in the whole text.
    public func executeScript(_ script: Statement) throws {
        guard PQsendQuery(try open(), script.sql) == 1 else { throw connectionError(script) }
        try drain(script)
    }

    /// Parses and plans a statement without running it; returns the number of its parameters.
    ///
    /// - Throws: `PostgresError` where the server refuses it.
    public func prepareOnly(_ statement: Statement) throws -> Int {
        let connection = try open()
        guard PQsendPrepare(connection, "", statement.sql, 0, nil) == 1 else { throw connectionError(statement) }
        _ = try onlyResult(statement)
        guard PQsendDescribePrepared(connection, "") == 1 else { throw connectionError(statement) }
        let description = try onlyResult(statement)
        return Int(PQnparams(description.pointer))
    }

    /// Takes the one result of what was sent.
    private func onlyResult(_ statement: Statement) throws -> ResultHandle {
        let result = Result { try checked(try nextResult(statement), statement) }
        // A null pointer ends the results.
        while pointer != nil, let extra = try nextResult(statement) { PQclear(extra) }
        return try result.get()
    }

    /// Takes all results that are still to come; returns the row count of the last, or throws the first error.
    @discardableResult
    func drain(_ statement: Statement) throws -> Int {
        var firstError: (any Error)?
        var count = 0
        while let result = try nextResult(statement) {
            do {
                count = Rows(handle: try checked(result, statement)).affectedCount
            } catch {
                firstError = firstError ?? error
            }
        }
        if let firstError { throw firstError }
        return count
    }

    /// Turns a result into a success or an error: the one place where a status is judged.
    func checked(_ result: OpaquePointer?, _ statement: Statement) throws -> ResultHandle {
        let connection = try open()
        guard let result else { throw connectionError(statement) }
        let handle = ResultHandle(result)
        switch PQresultStatus(result) {
        case PGRES_COMMAND_OK, PGRES_TUPLES_OK, PGRES_SINGLE_TUPLE, PGRES_COPY_IN, PGRES_COPY_OUT:
            return handle
        default:
            // After a FATAL the server has closed the connection, whether we have noticed or not.
            let isGone =
                PQstatus(connection) != CONNECTION_OK
                || ["FATAL", "PANIC"].contains(field(result, etl_diag_severity) ?? "")
            var error = PostgresError(
                isGone ? .connectionLost : .statementFailed,
                message: field(result, etl_diag_message_primary) ?? trimmed(PQresultErrorMessage(result)),
                statement: statement)
            error.sqlState = field(result, etl_diag_sqlstate)
            error.detail = field(result, etl_diag_message_detail)
            error.hint = field(result, etl_diag_message_hint)
            error.position = field(result, etl_diag_statement_position).flatMap { Int($0) }
            error.context = field(result, etl_diag_context)
            error.table = field(result, etl_diag_table_name)
            error.constraint = field(result, etl_diag_constraint_name)
            error.isRaised = field(result, etl_diag_source_function) == ServerMessage.raise
            throw error
        }
    }

    /// The error of a call that gave no result at all.
    func connectionError(_ statement: Statement) -> PostgresError {
        let isUsable = pointer.map { PQstatus($0) == CONNECTION_OK } ?? false
        return PostgresError(
            isUsable ? .statementFailed : .connectionLost,
            message: pointer.map { trimmed(PQerrorMessage($0)) } ?? "the connection is closed",
            statement: statement)
    }

    private func field(_ result: OpaquePointer, _ code: Int32) -> String? {
        PQresultErrorField(result, code).map { String(cString: $0) }
    }
}
