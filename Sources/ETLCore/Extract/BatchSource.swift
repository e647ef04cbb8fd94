/// A raw batch that can be read: its number, where it is, how it is written.
public struct BatchSource: Sendable, Hashable {
    /// Where the bytes are.
    public enum Location: Sendable, Hashable {
        /// A file at a path.
        case file(String)
        /// Standard input, which can be read once.
        case standardInput
    }

    /// Number of the batch.
    public let batchID: Int
    /// Where the bytes are.
    public let location: Location
    /// How the rows are written.
    public let format: BatchFormat
    /// Size in bytes; nil where it is not known before reading.
    public let byteSize: Int?
    /// When the file was last changed, in seconds since 1970.
    public let modifiedAtSeconds: Double?

    /// The source's name, as the ledger keeps it.
    public var name: String {
        switch location {
        case .file(let path): path
        case .standardInput: "standard input"
        }
    }
}
