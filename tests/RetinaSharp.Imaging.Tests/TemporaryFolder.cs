namespace RetinaSharp.Imaging.Tests;

internal sealed class TemporaryFolder : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("retinasharp");

    public string Root => _folder.FullName;

    public string At(string name) => Path.Combine(Root, name);

    public void Dispose() => _folder.Delete(recursive: true);
}
