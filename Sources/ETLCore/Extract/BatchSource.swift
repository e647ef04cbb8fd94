/// A raw batch that can be read: its number, where it is, how it is written.
public struct BatchSource: Sendable, Hashable {
    /// Where the bytes are.
    enum Location: Sendable, Hashable {
        /// A file at a path.
        case file(String)
        /// Standard input, which can be read once.
        case standardInput
        /// Standard input, kept so that it can be read again.
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

    /// The source's name, as the ledger keeps it.
    public var name: String {
        switch location {
        case .file(let path): path
        case .standardInput, .spooled: "standard input"
        }
    }

    /// The same batch as a source that can be read again and again, and as fast as a file.
    ///
    /// - Parameter check: throws where the reading of standard input is to end.
    /// - Throws: `JobError`, or the error of `check`.
    func spooled(check: () throws -> Void) throws -> BatchSource {
        guard location == .standardInput else { return self }
        let input = try SpooledInput.take(self, check: check)
        return BatchSource(
            batchID: batchID, location: .spooled(input), format: format, byteSize: input.byteSize,
            modifiedAtSeconds: nil)
    }
}
