using RetinaSharp.Boxes;
using RetinaSharp.Detection.Data;
using RetinaSharp.Detection.Modeling;
using static TorchSharp.torch;

namespace RetinaSharp.Detection.Assignment;

/// <summary>Assigns the anchors of a batch after the forward pass, for assigners that use the network's predictions.</summary>
/// <param name="assigner">The assigner.</param>
/// <param name="anchors">Generates the anchors of the images.</param>
/// <param name="boxHead">How the network's boxes are decoded.</param>
internal sealed class PredictionAssignment(IAssigner assigner, AnchorGenerator anchors, BoxHeadOutputs boxHead)
{
    /// <summary>Assigns the anchors of all images of a batch.</summary>
    /// <param name="outputs">The network's outputs, finest level first.</param>
    /// <param name="targets">Targets of the batch, with all anchors background; receives the assignment.</param>
    /// <param name="images">Ground truth of each image of the batch.</param>
    public void Assign(IReadOnlyList<LevelOutput> outputs, BatchTargets targets, IReadOnlyList<BatchImage> images)
    {
        using var guard = no_grad();
        using var scope = NewDisposeScope();
        var grid = anchors.Generate(targets.Size.Height, targets.Size.Width);
        foreach (var (i, predictions) in NetworkPredictions.Create(outputs, grid, boxHead, images.Count).Index())
            targets.Set(i, grid, assigner.Assign(grid, images[i].Boxes, images[i].Classes, images[i].Ignored, predictions), images[i].Boxes);
    }
}
