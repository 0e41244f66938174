using RetinaSharp.Datasets;

namespace RetinaSharp.Inference.Tests;

public class DatasetEvaluatorTests
{
    [Fact]
    public void Evaluate_EngineOfSeveralProcessesIsCanceled_Throws()
    {
        using var folder = new TemporaryFolder();
        var set = DetectionDataset.Open(ColoredRectangles.Write(folder.At("set"), images: 8));
        using var detector = new ObjectDetector(new ColorEngine { Running = _ => throw new OperationCanceledException("engine") });

        // Not by the caller: without the exception, there would be results without these images.
        Assert.ThrowsAny<OperationCanceledException>(() => ThreadGroup.Run(2, group => DatasetEvaluator.Evaluate(detector, set, batch: 1, group: group)));
    }
}
