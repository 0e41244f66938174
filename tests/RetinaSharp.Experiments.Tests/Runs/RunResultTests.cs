using RetinaSharp.Datasets;
using RetinaSharp.Experiments.Runs;

namespace RetinaSharp.Experiments.Tests.Runs;

public sealed class RunResultTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Find_CorruptResult_NamesTheFileAndTheFolderToDelete()
    {
        var path = _folder.Write("runs/a/result.json", "{");

        var error = Assert.Throws<DatasetException>(() => RunResult.Find(_folder.At("runs/a")));

        Assert.Equal(path, error.File);
        // Without its checkpoint, which is deleted at the end, the run cannot be repeated in its folder.
        Assert.Contains($"delete the folder {_folder.At("runs/a")}, and the run is repeated", error.Reason);
    }
}
