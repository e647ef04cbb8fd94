internal import CLibPQ

/// What of the server's words may be shown: a name of a table may, a value of a cell may not.
enum ServerMessage {
    /// The function of the server that speaks for RAISE in PL/pgSQL.
    static let raise = "exec_stmt_raise"

    /// Classes of SQLSTATE whose primary messages name tables, constraints, settings or the server's state only.
    ///
    /// Not among them: 22 (data exceptions, `invalid input syntax for type …: "…"`), P0 and 38 (functions), 44.
    private static let namingClasses: Set<Substring> = [
        "00", "01", "02", "08", "0A", "0B", "0L", "0P", "23", "25", "26", "28", "2B", "2D", "3B", "3D", "3F", "40",
        "42", "53", "54", "55", "57", "58", "F0", "XX",
    ]

    /// Whether a primary message with a SQLSTATE may quote a value; libpq's own messages, without one, do not.
    static func mayQuoteValues(sqlState: String?) -> Bool {
        sqlState.map { !namingClasses.contains($0.prefix(2)) } ?? false
    }

    /// A notice in one line: severity, SQLSTATE and message, where no function raised it and it is about no row.
    ///
    /// Notices that a session asked for itself (`client_min_messages = log`) hold statements and plans, which may
    /// quote values.
    static func notice(_ result: OpaquePointer?) -> String {
        func field(_ code: Int32) -> String? { PQresultErrorField(result, code).map { String(cString: $0) } }
        let severity = field(etl_diag_severity) ?? "NOTICE"
        let sqlState = field(etl_diag_sqlstate)
        let isOfServer =
            ["NOTICE", "WARNING"].contains(severity) && field(etl_diag_source_function) != raise
            && field(etl_diag_context) == nil && !mayQuoteValues(sqlState: sqlState)
        let message = isOfServer ? field(etl_diag_message_primary) : nil
        return "\(severity) \(sqlState ?? ""): \(message ?? "(not shown, for it may quote values)")"
    }
}
