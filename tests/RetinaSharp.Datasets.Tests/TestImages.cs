namespace RetinaSharp.Datasets.Tests;

internal static class TestImages
{
    /// <summary>Writes the header and the end marker of a JPEG file, which are all that annotations need.</summary>
    /// <returns>The path of the file.</returns>
    public static string WriteImage(this TemporaryFolder folder, string name, int width = 100, int height = 80, int? orientation = null) =>
        folder.Write(name, [.. ImageBytes.Jpeg(width, height, orientation), 0xFF, 0xD9]);
}
