/// What went wrong between us and the server, and what a caller may conclude from it.
///
/// Decisions are made by SQLSTATE and connection state, never by the wording of a message.
/// Values of parameters are not part of an error.
public struct PostgresError: Error, Sendable {
    /// What kind of failure it was.
    public enum Kind: Sendable, Hashable {
        /// The text that names the database cannot be parsed.
        case invalidConnectionString
        /// There is no server where one was named: the name is unknown, or nobody answers there.
        case unreachable
        /// The command that was to give the password gave none; no server was asked.
        case noPassword
        /// A server was there, and no connection came about: it turned us away, or we it.
        case cannotConnect
        /// None of the servers that were named accepts writes.
        case noWritableServer
        /// The connection broke, or the server fell silent, while it was in use or being made.
        case connectionLost
        /// The answer to a COMMIT was lost: the transaction may have been committed or not.
        case commitInDoubt
        /// The server refused a statement.
        case statementFailed
        /// A value did not have the type that was asked for, or a result had another shape.
        case unexpectedResult
    }

    /// What kind of failure it was.
    public let kind: Kind
    /// The statement that was being executed.
    public var statement: Statement?
    /// SQLSTATE, five characters; nil where the server did not answer.
    public var sqlState: String?
    /// The primary message; may quote a value, see `shownMessage`.
    public var message: String
    /// The server's detail; may quote data of the row at fault.
    public var detail: String?
    /// The server's suggestion.
    public var hint: String?
    /// Position in the statement's text, in characters from 1.
    public var position: Int?
    /// Where in functions and COPY data the error was raised.
    public var context: String?
    /// The table at fault.
    public var table: String?
    /// The constraint at fault.
    public var constraint: String?
    /// Whether a function's RAISE made the error: its words are then whatever the function's author chose.
    public var isRaised = false

    /// Makes an error of a kind with its message.
    public init(_ kind: Kind, message: String, statement: Statement? = nil) {
        self.kind = kind
        self.message = message
        self.statement = statement
    }

    /// Whether the connection can no longer be used.
    public var isConnectionGone: Bool {
        switch kind {
        case .invalidConnectionString, .noPassword, .unreachable, .cannotConnect, .noWritableServer, .connectionLost,
            .commitInDoubt:
            true
        case .statementFailed, .unexpectedResult: false
        }
    }

    /// Whether it is unknown if the transaction was committed.
    public var isCommitInDoubt: Bool { kind == .commitInDoubt }

    /// Whether no server was reached: a name is wrong, a command gives no password, or the server is away for a while.
    ///
    /// Who has reached it before knows which.
    public var isUnreachable: Bool { kind == .unreachable || kind == .noPassword }

    /// Whether the same work, begun anew on a fresh connection, may well succeed: nothing in it was wrong.
    ///
    /// A commit in doubt is not retryable: what became of it must be looked up first. Nor is a server that nobody ever
    /// reached: its name is more likely wrong. A lock or a statement that took too long has waited already.
    public var isRetryable: Bool {
        switch kind {
        case .connectionLost, .noWritableServer: true
        case .invalidConnectionString, .noPassword, .unreachable, .commitInDoubt, .unexpectedResult: false
        case .cannotConnect, .statementFailed: sqlState.map(Self.isTransient) ?? false
        }
    }

    /// Whether a SQLSTATE tells of a passing state of the server.
    static func isTransient(_ sqlState: String) -> Bool {
        switch sqlState {
        case "25006",  // read_only_sql_transaction: failed over, or a replica
            "40001", "40P01",  // serialization_failure, deadlock_detected
            "53300",  // too_many_connections
            "57P01", "57P02", "57P03":  // shutdown, crash, starting up
            true
        default:
            sqlState.hasPrefix("08")  // connection exceptions
        }
    }
}

extension PostgresError: CustomStringConvertible {
    /// One paragraph for a person: message, SQLSTATE, statement, line, hint; no value of a cell or parameter.
    public var description: String {
        var text = shownMessage
        if let sqlState { text += " (SQLSTATE \(sqlState))" }
        if let statement { text += " in statement \(statement.name)" }
        if let excerpt { text += "\n\(excerpt)" }
        if let hint, !mayQuoteValues { text += "\nHint: \(hint)" }
        return text
    }

    /// The first line of the message that may be shown.
    public var summary: String { String(shownMessage.prefix { $0 != "\n" }) }

    /// The message where it names things of the database only, else one that says what is at fault.
    ///
    /// Detail and context are never shown: they quote rows.
    public var shownMessage: String {
        guard mayQuoteValues else { return message }
        // A function may raise an error with any text for a table or a constraint.
        let named = [table.map { "table \($0)" }, constraint.map { "constraint \($0)" }].compactMap { $0 }
        let places = isRaised ? [] : named
        return (isRaised ? "a function of the database raised an error" : "the server refused a value")
            + (places.isEmpty ? "" : " (\(places.joined(separator: ", ")))")
            + "; its words are in the server's log, and not shown here, for they may quote a value"
    }

    /// Whether message and hint may quote a value: judged by the class of the SQLSTATE; before there is a connection,
    /// there is no value.
    var mayQuoteValues: Bool {
        switch kind {
        case .invalidConnectionString, .noPassword, .unreachable, .cannotConnect, .noWritableServer, .unexpectedResult:
            false
        case .connectionLost, .commitInDoubt, .statementFailed:
            isRaised || ServerMessage.mayQuoteValues(sqlState: sqlState)
        }
    }

    /// The line of the statement at fault, with its number and a caret below the position.
    public var excerpt: String? {
        guard let statement, let position, position >= 1 else { return nil }
        var line = 1
        var column = 1
        var lineText = ""
        for (index, character) in statement.sql.unicodeScalars.enumerated() {
            let isBeforePosition = index < position - 1
            if character == "\n" {
                guard isBeforePosition else { break }
                line += 1
                column = 1
                lineText = ""
            } else {
                lineText.unicodeScalars.append(character)
                if isBeforePosition { column += 1 }
            }
        }
        let prefix = "line \(line): "
        return prefix + lineText + "\n" + String(repeating: " ", count: prefix.count + column - 1) + "^"
    }
}
