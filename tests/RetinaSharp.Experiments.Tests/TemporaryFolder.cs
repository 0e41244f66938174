namespace RetinaSharp.Experiments.Tests;

internal sealed class TemporaryFolder : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("retinasharp");

    public string Root => _folder.FullName;

    public string At(params string[] names) => Path.Combine([Root, .. names]);

    public void Dispose() => _folder.Delete(recursive: true);
}
