namespace RetinaSharp.Onnx.Quantization;

/// <summary>Accumulates signal and noise of the heads' outputs: those of the fp32 model, and their difference to those of another model.</summary>
/// <param name="floor">Logits below this count as this; null: all logits count.</param>
internal sealed class OutputNoise(float? floor)
{
    private double _logitSignal;
    private double _logitNoise;
    private double _boxSignal;
    private double _boxNoise;

    /// <summary>Signal-to-noise ratios of what was added so far.</summary>
    public OnnxOutputError Error => new(Decibels(_logitSignal, _logitNoise), Decibels(_boxSignal, _boxNoise));

    /// <summary>Adds the outputs for an image. Boxes count at anchors where a logit exceeds the floor in either model, because only these can become detections.</summary>
    /// <param name="expected">The outputs of the fp32 model.</param>
    /// <param name="actual">The outputs of the other model.</param>
    public void Add(HeadOutputs expected, HeadOutputs actual)
    {
        var anchors = expected.Anchors;
        for (var level = 0; level < anchors.Count; level++)
        {
            var (classes, values) = (expected.Logits[level].Length / anchors[level], expected.Boxes[level].Length / anchors[level]);
            for (var anchor = 0; anchor < anchors[level]; anchor++)
                if (AddLogits(expected.Logits[level].AsSpan(anchor * classes, classes), actual.Logits[level].AsSpan(anchor * classes, classes)))
                    AddBoxes(expected.Boxes[level].AsSpan(anchor * values, values), actual.Boxes[level].AsSpan(anchor * values, values));
        }
    }

    private static double Decibels(double signal, double noise) => noise == 0 ? double.PositiveInfinity : 10 * Math.Log10(signal / noise);

    private bool AddLogits(ReadOnlySpan<float> expected, ReadOnlySpan<float> actual)
    {
        // Without a floor, the signal is relative to 0.
        var (low, zero, isRelevant) = (floor ?? float.MinValue, floor ?? 0, floor is null);
        for (var i = 0; i < expected.Length; i++)
        {
            var (one, other) = (Math.Max(expected[i], low), Math.Max(actual[i], low));
            isRelevant |= one > low || other > low;
            _logitSignal += Square(one - zero);
            _logitNoise += Square(one - other);
        }

        return isRelevant;
    }

    private void AddBoxes(ReadOnlySpan<float> expected, ReadOnlySpan<float> actual)
    {
        for (var i = 0; i < expected.Length; i++)
        {
            _boxSignal += Square(expected[i]);
            _boxNoise += Square(expected[i] - actual[i]);
        }
    }

    private static double Square(double value) => value * value;
}
