using System.Text;

namespace RetinaSharp.Datasets.Tests;

/// <summary>A temporary folder for the files of one test.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("retina-datasets-");

    public string Root => _folder.FullName;

    public string At(string name) => Path.Combine(Root, name);

    /// <summary>Writes a text file and returns its path.</summary>
    public string Write(string name, string text) => Write(name, Encoding.UTF8.GetBytes(text));

    public string Write(string name, byte[] bytes)
    {
        var path = At(name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllBytes(path, bytes);
        return path;
    }

    public string WriteImage(string name, int width = 100, int height = 80, int? orientation = null) =>
        Write(name, ImageBytes.Jpeg(width, height, orientation));

    public void Dispose() => _folder.Delete(recursive: true);
}
