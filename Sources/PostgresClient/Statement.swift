/// A named SQL statement; the name is what errors and logs call it.
public struct Statement: Sendable, Hashable {
    /// Verb and object, as its file is called: `insert_row`.
    public let name: String
    /// The text of one statement, with `$1`, `$2`, … for its parameters.
    public let sql: String

    /// Makes a statement from its name and text.
    public init(name: String, sql: String) {
        self.name = name
        self.sql = sql
    }
}
