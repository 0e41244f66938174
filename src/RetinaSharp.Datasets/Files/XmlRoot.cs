using System.Xml;

namespace RetinaSharp.Datasets.Files;

/// <summary>Reads the name of the root element of an XML file, which tells its format.</summary>
internal static class XmlRoot
{
    private static readonly XmlReaderSettings Settings = new() { DtdProcessing = DtdProcessing.Ignore, XmlResolver = null };

    /// <summary>Returns the name of the root element; null if the file is not XML.</summary>
    public static string? Read(string file)
    {
        try
        {
            using var reader = XmlReader.Create(new MemoryStream(DataFiles.ReadStart(file, 4096)), Settings);
            reader.MoveToContent();
            return reader.Name;
        }
        catch (XmlException)
        {
            return null;
        }
    }
}
