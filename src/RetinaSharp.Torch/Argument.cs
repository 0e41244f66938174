using RetinaSharp.Torch.Native;

namespace RetinaSharp.Torch;

/// <summary>One argument of an <see cref="Operator"/>; made by conversion from what operators take.</summary>
internal readonly struct Argument
{
    private Argument(Tag tag, long integer = 0, double real = 0, object? reference = null) =>
        (Tag, Integer, Real, Reference) = (tag, integer, real, reference);

    public Tag Tag { get; }

    public long Integer { get; }

    public double Real { get; }

    /// <summary>A tensor, an array, or a string; held here so that it lives as long as the call.</summary>
    public object? Reference { get; }

    public static implicit operator Argument(Tensor? tensor) => tensor is null ? default : new(Tag.Tensor, reference: tensor);

    public static implicit operator Argument(long value) => new(Tag.Int, integer: value);

    public static implicit operator Argument(double value) => new(Tag.Double, real: value);

    public static implicit operator Argument(bool value) => new(Tag.Bool, integer: value ? 1 : 0);

    public static implicit operator Argument(ScalarType type) => new(Tag.Int, integer: (long)type);

    public static implicit operator Argument(Device device) => new(Tag.Device, reference: device.ToString());

    public static implicit operator Argument(long[] values) => new(Tag.IntList, reference: values);

    public static implicit operator Argument(double[] values) => new(Tag.DoubleList, reference: values);

    public static implicit operator Argument(Tensor[] tensors) => new(Tag.TensorList, reference: tensors);

    public static implicit operator Argument(string text) => new(Tag.String, reference: text);
}
