import Foundation

/// JSON as loose values: dictionaries, arrays, strings, numbers and null.
///
/// `JSONSerialization` of swift-corelibs-foundation reads more than half of all doubles a last digit off
/// (0.7845380204270607 as …609); `JSONDecoder` reads them exactly, and so this goes through it.
struct JSONText: Decodable {
    let value: Any

    /// The object that a text holds.
    ///
    /// - Throws: `HarnessError` where the text is no JSON object.
    static func object(_ text: String) throws -> [String: Any] {
        let json = try? JSONDecoder().decode(JSONText.self, from: Data(text.utf8))
        guard let object = json?.value as? [String: Any] else {
            throw HarnessError("standard output is no JSON object: \(text)")
        }
        return object
    }

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if container.decodeNil() {
            value = NSNull()
        } else if let flag = try? container.decode(Bool.self) {
            value = NSNumber(value: flag)
        } else if let integer = try? container.decode(Int64.self) {
            value = NSNumber(value: integer)
        } else if let number = try? container.decode(Double.self) {
            value = NSNumber(value: number)
        } else if let text = try? container.decode(String.self) {
            value = text
        } else if let list = try? container.decode([JSONText].self) {
            value = list.map(\.value)
        } else {
            value = try container.decode([String: JSONText].self).mapValues(\.value)
        }
    }
}
