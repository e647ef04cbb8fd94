/// A raw batch that can be read: its number, where it is, how it is written.
public struct BatchSource: Sendable, Hashable {
    /// Where the bytes are.
    enum Location: Sendable, Hashable {
        /// A file at a path.
        case file(String)
        /// Standard input, which can be read once.
        case standardInput
        /// A query on another database.
        case query(SourceQuery)
        /// Rows of the inbox that the batch's transaction claims.
        case inbox(Inbox)
        /// Rows that were kept so that they can be read again.
        case spooled(SpooledInput)
    }

    /// Number of the batch.
    public let batchID: Int
    /// Where the bytes are.
    let location: Location
    /// How the rows are written.
    public let format: BatchFormat
    /// Size in bytes; nil where it is not known before reading.
    public let byteSize: Int?
    /// When the file was last changed, in seconds since 1970.
    public let modifiedAtSeconds: Double?
    /// About how many rows there are, where that is known before reading.
    var expectedRowCount: Int?

    /// The source's name, as the ledger keeps it.
    public var name: String {
        switch location {
        case .file(let path): path
        case .standardInput: "standard input"
        case .query(let query): query.name
        case .inbox: Inbox.name
        case .spooled(let input): input.name
        }
    }

    /// The same batch with its rows kept: it can be read again and again, and as fast as a file.
    func keeping(_ input: SpooledInput, as format: BatchFormat) -> BatchSource {
        BatchSource(
            batchID: batchID, location: .spooled(input), format: format, byteSize: input.byteSize,
            modifiedAtSeconds: nil, expectedRowCount: expectedRowCount)
    }

    /// The same batch as a source that can be read again and again, where it is standard input.
    ///
    /// - Parameter check: throws where the reading of standard input is to end.
    /// - Throws: `JobError`, or the error of `check`.
    func spooled(check: () throws -> Void) throws -> BatchSource {
        guard location == .standardInput else { return self }
        let input = try SpooledInput.keep(name) { send in
            _ = try BatchContent.read(self, check: check, send)
            return nil
        }
        return keeping(input, as: format)
    }
}

/// The kinds of sources, as their names in the ledger tell them.
enum SourceKind {
    /// Files and standard input.
    case bytes
    /// A query on another database.
    case query
    /// The inbox.
    case inbox

    init(ledgerName: String) {
        self = ledgerName == Inbox.name ? .inbox : ledgerName.hasPrefix(SourceQuery.namePrefix) ? .query : .bytes
    }
}
