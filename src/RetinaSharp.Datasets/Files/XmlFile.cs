using System.Xml;

namespace RetinaSharp.Datasets.Files;

/// <summary>
/// Reads XML files of unknown origin as a stream: no document types, no references to other files, and no tree, whose depth could overflow the
/// stack.
/// </summary>
internal static class XmlFile
{
    private static readonly XmlReaderSettings Settings = new() { DtdProcessing = DtdProcessing.Prohibit, XmlResolver = null };

    /// <summary>Calls <paramref name="read"/> with a reader. Invalid XML causes a <see cref="DatasetException"/> with the line.</summary>
    public static void Read(string path, Action<XmlReader> read)
    {
        try
        {
            using var reader = XmlReader.Create(new MemoryStream(DataFiles.ReadBytes(path)), Settings);
            read(reader);
        }
        catch (XmlException exception)
        {
            // The XmlReader message for a DTD is meant for developers.
            var reason = exception.Message.Contains("DTD", StringComparison.Ordinal)
                ? "has a document type (<!DOCTYPE …>), which is not allowed, because it can refer to other files: remove it"
                : $"is not valid XML: {exception.Message}";
            throw new DatasetException(path, $"line {exception.LineNumber}", reason, exception);
        }
    }
}
