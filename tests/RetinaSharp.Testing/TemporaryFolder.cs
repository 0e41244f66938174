using System.Text;

namespace RetinaSharp.Testing;

/// <summary>A new folder for the files of one test, deleted with them when it is disposed.</summary>
public sealed class TemporaryFolder : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("retinasharp");

    /// <summary>The full path of the folder.</summary>
    public string Root => _folder.FullName;

    /// <summary>The path of a file or folder in it, which need not exist.</summary>
    public string At(params string[] names) => Path.Combine([Root, .. names]);

    /// <summary>Writes a text file in UTF-8, and the folders above it.</summary>
    /// <returns>The path of the file.</returns>
    public string Write(string name, string text) => Write(name, Encoding.UTF8.GetBytes(text));

    /// <summary>Writes a file, and the folders above it.</summary>
    /// <returns>The path of the file.</returns>
    public string Write(string name, byte[] bytes)
    {
        var path = At(name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllBytes(path, bytes);
        return path;
    }

    /// <inheritdoc/>
    public void Dispose() => _folder.Delete(recursive: true);
}
