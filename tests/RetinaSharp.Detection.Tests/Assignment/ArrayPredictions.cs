using RetinaSharp.Boxes;
using RetinaSharp.Detection.Assignment;

namespace RetinaSharp.Detection.Tests.Assignment;

/// <summary>Predictions from arrays: logits [anchors · classes] and boxes [anchors]. Counts how often boxes are read.</summary>
internal sealed class ArrayPredictions(float[] logits, Box[] boxes) : AnchorPredictions
{
    private readonly int _classes = logits.Length / boxes.Length;
    private int _reads;

    public int Reads => _reads;

    public override ReadOnlySpan<float> Logits(int anchor) => logits.AsSpan(anchor * _classes, _classes);

    public override Box Box(int anchor)
    {
        Interlocked.Increment(ref _reads);
        return boxes[anchor];
    }
}
