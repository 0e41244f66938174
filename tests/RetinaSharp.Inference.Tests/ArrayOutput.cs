using System.Runtime.InteropServices;
using RetinaSharp.Boxes;

namespace RetinaSharp.Inference.Tests;

/// <summary>Outputs in arrays: logits of -20 and deltas of 0, unless a test sets others.</summary>
internal sealed class ArrayOutput : IHeadOutput
{
    private readonly AnchorGrid _anchors;
    private readonly int _classes;
    private readonly float[][] _logits;
    private readonly BoxDelta[][] _deltas;
    private readonly Action? _disposed;

    public ArrayOutput(AnchorGrid anchors, int images, int classes, Action? disposed = null)
    {
        (_anchors, _classes, _disposed) = (anchors, classes, disposed);
        _logits = [.. anchors.Levels.Select(level => Enumerable.Repeat(-20f, images * level.Count * classes).ToArray())];
        _deltas = [.. anchors.Levels.Select(level => new BoxDelta[images * level.Count])];
    }

    public int LevelCount => _anchors.Levels.Count;

    /// <summary>Whether the logits are handed out in bf16.</summary>
    public bool IsBFloat16 { get; init; }

    public void Set(int image, int anchor, int label, float logit, BoxDelta delta = default)
    {
        var level = Enumerable.Range(0, LevelCount).Last(level => _anchors.Levels[level].Offset <= anchor);
        var index = image * _anchors.Levels[level].Count + anchor - _anchors.Levels[level].Offset;
        _logits[level][index * _classes + label] = logit;
        _deltas[level][index] = delta;
    }

    public LogitSpan Logits(int level, int image)
    {
        var length = _anchors.Levels[level].Count * _classes;
        var logits = _logits[level].AsSpan(image * length, length);
        return IsBFloat16 ? LogitSpan.FromBFloat16(Array.ConvertAll(logits.ToArray(), logit => (ushort)(BitConverter.SingleToUInt32Bits(logit) >> 16))) : LogitSpan.FromSingle(logits);
    }

    public ReadOnlySpan<float> BoxOutputs(int level, int image)
    {
        var length = _anchors.Levels[level].Count;
        return MemoryMarshal.Cast<BoxDelta, float>(_deltas[level].AsSpan(image * length, length));
    }

    public void Dispose() => _disposed?.Invoke();
}
