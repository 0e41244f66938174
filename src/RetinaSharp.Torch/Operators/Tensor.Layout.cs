namespace RetinaSharp.Torch;

/// <content>Shape, memory layout, type and device.</content>
public sealed partial class Tensor
{
    private const long ContiguousFormat = 0;
    private const long ChannelsLastFormat = 2;

    private static readonly Operator ContiguousOperator = new("aten::contiguous");
    private static readonly Operator ViewOperator = new("aten::view");
    private static readonly Operator PermuteOperator = new("aten::permute");
    private static readonly Operator ToOperator = new("aten::to", "device");
    private static readonly Operator CloneOperator = new("aten::clone");
    private static readonly Operator DetachOperator = new("aten::detach");
    private static readonly Operator SliceOperator = new("aten::slice", "Tensor");
    private static readonly Operator AsStridedOperator = new("aten::as_strided");
    private static readonly Operator EmptyLikeOperator = new("aten::empty_like");

    /// <summary>The same elements in C order; itself where they are already.</summary>
    public Tensor Contiguous() => ContiguousOperator.Call(this, ContiguousFormat);

    /// <summary>The same elements of [N, C, H, W] with the channels next to each other in memory; itself where they are already.</summary>
    public Tensor ChannelsLast() => ContiguousOperator.Call(this, ChannelsLastFormat);

    /// <summary>The same memory in another shape; one size may be -1.</summary>
    /// <param name="shape">The new sizes.</param>
    public Tensor View(params long[] shape) => ViewOperator.Call(this, shape);

    /// <summary>The same memory with its dimensions in another order.</summary>
    /// <param name="dimensions">For each new dimension the old one.</param>
    public Tensor Permute(params long[] dimensions) => PermuteOperator.Call(this, dimensions);

    /// <summary>The elements from <paramref name="start"/> up to <paramref name="end"/> along a dimension, without a copy.</summary>
    /// <param name="dimension">The dimension.</param>
    /// <param name="start">The first.</param>
    /// <param name="end">One behind the last.</param>
    public Tensor Slice(int dimension, long start, long end) => SliceOperator.Call(this, (long)dimension, start, end, 1L);

    /// <summary>Elements in the order of memory, without a copy, whatever the layout.</summary>
    /// <param name="start">The first.</param>
    /// <param name="count">Their number.</param>
    internal Tensor Row(long start, long count) => AsStridedOperator.Call(this, new[] { count }, new[] { 1L }, start);

    /// <summary>The tensor on a device and in a type; itself where it is already.</summary>
    /// <param name="device">The device.</param>
    /// <param name="type">The type.</param>
    public Tensor To(Device device, ScalarType type) => ToOperator.Call(this, device, type);

    /// <summary>The tensor in another type.</summary>
    /// <param name="type">The type.</param>
    public Tensor To(ScalarType type) => ToOperator.Call(this, Device, type);

    /// <summary>A copy in memory of its own, in the same layout.</summary>
    public Tensor Clone() => CloneOperator.Call(this);

    /// <summary>A tensor of the same shape, type and device, whose elements are whatever the memory held.</summary>
    public Tensor EmptyLike() => EmptyLikeOperator.Call(this);

    /// <summary>The same memory outside of the graph.</summary>
    public Tensor Detach() => DetachOperator.Call(this);
}
