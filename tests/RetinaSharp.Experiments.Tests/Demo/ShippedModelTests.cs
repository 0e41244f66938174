using RetinaSharp.Detection.Inference;
using RetinaSharp.Experiments.Scenes;
using RetinaSharp.Inference;

namespace RetinaSharp.Experiments.Tests.Demo;

[Trait("Category", "Slow")]
public sealed class ShippedModelTests
{
    private const long MaxBytes = 4_000_000;

    private static readonly string Model = Path.Combine(AppContext.BaseDirectory, "scenes.safetensors");

    [Fact]
    public void Detect_ScenesItNeverSaw_FindsTheirObjects()
    {
        using var folder = new TemporaryFolder();
        var (_, val) = SceneSet.Write(folder.At("scenes"), new() { Train = 1, Val = 30, Seed = 7 });
        using var detector = Detector.Load(Model);

        Assert.InRange(DatasetEvaluator.Evaluate(detector, val.Set).Metrics.AP50, .5, 1);
    }

    [Fact]
    public void File_InTheRepository_IsSmall() => Assert.InRange(new FileInfo(Model).Length, 1, MaxBytes);
}
