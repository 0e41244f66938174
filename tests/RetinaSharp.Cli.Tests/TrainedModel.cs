namespace RetinaSharp.Cli.Tests;

/// <summary>A briefly trained model and its data.</summary>
public sealed class TrainedModel : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public TrainedModel()
    {
        Data = ColoredRectangles.Write(_folder.At("data"), images: 12);
        Training = CommandResult.Retina("train", "--train", Data, "--val", Data, "--out", Run, "--preset", "tiny", "--size", "64x64", "--epochs", "2", "--batch", "4",
            "--precision", "fp32", "--tensorboard", "--json");
    }

    public string Data { get; }

    public string Run => _folder.At("run");

    public string Images => _folder.At("data");

    internal CommandResult Training { get; }

    public void Dispose() => _folder.Dispose();
}
