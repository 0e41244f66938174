using RetinaSharp.Boxes;
using RetinaSharp.Detection.Modeling;
using RetinaSharp.Detection.Tests.Data;
using RetinaSharp.Kernels;
using static TorchSharp.torch;

namespace RetinaSharp.Detection.Tests.Modeling;

[Collection(TorchCollection.Name)]
public class DetectionLossDisposalTests : LeakCheck
{
    [Fact]
    public void Evaluate_Batch_LeavesOnlyItsGradients()
    {
        using var scope = NewDisposeScope();
        Box[] boxes = [new(10, 12, 45, 50)];
        using var batch = Batches.Create(new(), new(), Pictures.Paint(64, 64, boxes), boxes, [0]);
        LevelOutput[] outputs = [.. batch.Targets.Levels.Select(level => new LevelOutput(zeros(1, level.AnchorsPerImage, 3), zeros(1, level.AnchorsPerImage, 4)))];
        var before = TensorCount.Alive;

        var result = new DetectionLoss(new()).Evaluate(outputs, batch.Targets, batch.Targets.PositiveCount);

        Assert.Equal(2 * outputs.Length, result.Gradients.Count);
        Assert.Equal(before + result.Gradients.Count, TensorCount.Alive);
        Assert.All(result.Gradients, gradient => Assert.All(gradient.ToArray(), value => Assert.True(float.IsFinite(value))));
    }
}
