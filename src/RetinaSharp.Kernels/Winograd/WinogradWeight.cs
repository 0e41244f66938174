using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using static RetinaSharp.Kernels.WinogradTileTransforms;
using static RetinaSharp.Kernels.WinogradTransforms;
using static TorchSharp.torch;

namespace RetinaSharp.Kernels;

/// <summary>
/// Weights in the Winograd domain, packed for <see cref="GemmMicroKernel"/>: [panels, input channels, panel width] for each of the 36
/// points. They are stored in a one-dimensional tensor, after a header with the numbers of channels, which cannot be derived from the
/// padded size.
/// </summary>
internal readonly unsafe struct WinogradWeight
{
    private const int Header = 16;

    // Number of input channels that a task transforms.
    private const int Slice = 32;
    private readonly float* _values;

    private WinogradWeight(float* values, int inputs, int outputs)
    {
        _values = values;
        Inputs = inputs;
        Outputs = outputs;
    }

    /// <summary>Number of input channels of the convolution.</summary>
    public int Inputs { get; }

    /// <summary>Number of output channels of the convolution.</summary>
    public int Outputs { get; }

    /// <summary>Number of panels per point: the output channels, in groups of <see cref="GemmMicroKernel.PanelWidth"/>.</summary>
    public int Panels => (Outputs + GemmMicroKernel.PanelWidth - 1) / GemmMicroKernel.PanelWidth;

    /// <summary>Number of elements of a panel.</summary>
    public nint PanelStride => (nint)Inputs * GemmMicroKernel.PanelWidth;

    // The stride between points is padded by a cache line: with a power of two, all 36 points would map to a few cache sets.
    private nint PointStride => Panels * PanelStride + Header;

    /// <summary>Returns the address of a panel of output channels at a point.</summary>
    public float* Panel(int point, int panel) => _values + point * PointStride + panel * PanelStride;

    /// <summary>
    /// Gets access to the weights in a tensor that <see cref="Transform"/> created. The tensor must stay alive while the result is used.
    /// </summary>
    /// <exception cref="ArgumentException">The tensor was not created by <see cref="Transform"/>.</exception>
    public static WinogradWeight Open(Tensor transformed)
    {
        var header = (int*)TensorMemory.Pointer(transformed);
        if (transformed.NumberOfElements > Header && header[2] == GemmMicroKernel.PanelWidth)
        {
            var weight = new WinogradWeight((float*)header + Header, header[0], header[1]);
            if (transformed.NumberOfElements == weight.Size)
                return weight;
        }

        throw new ArgumentException($"{TensorMemory.Describe(transformed)} is not a weight in the Winograd domain.", nameof(transformed));
    }

    /// <summary>Transforms weights to the Winograd domain, into a new tensor.</summary>
    /// <param name="weight">The weights [O, I, 3, 3].</param>
    /// <param name="isFlipped">
    /// Whether to rotate the kernels by 180 degrees and swap input and output channels, for the gradient with respect to the input.
    /// </param>
    public static Tensor Transform(Tensor weight, bool isFlipped)
    {
        var layout = Layout(weight, isFlipped, null);
        var result = empty(layout.Size, ScalarType.Float32);
        var header = (int*)TensorMemory.Pointer(result);
        new Span<int>(header, Header).Clear();
        (header[0], header[1], header[2]) = (layout.Inputs, layout.Outputs, GemmMicroKernel.PanelWidth);
        Open(result).Fill(weight, isFlipped);
        return result;
    }

    /// <summary>
    /// Transforms weights that are used only once, into scratch memory. New tensors of this size, allocated between activations, would
    /// fragment the heap.
    /// </summary>
    /// <param name="weight">The weights [O, I, 3, 3].</param>
    /// <param name="isFlipped">See <see cref="Transform"/>.</param>
    /// <param name="memory">Receives the memory of the result, which the caller disposes after use.</param>
    public static WinogradWeight TransformOnce(Tensor weight, bool isFlipped, out ScratchMemory memory)
    {
        memory = ScratchMemory.Rent(Layout(weight, isFlipped, null).Size);
        var result = Layout(weight, isFlipped, memory.Pointer);
        result.Fill(weight, isFlipped);
        return result;
    }

    private static WinogradWeight Layout(Tensor weight, bool isFlipped, float* values)
    {
        int rows = checked((int)weight.shape[0]), columns = checked((int)weight.shape[1]);
        return isFlipped ? new(values, rows, columns) : new(values, columns, rows);
    }

    private void Fill(Tensor weight, bool isFlipped)
    {
        if (weight.dtype == ScalarType.BFloat16)
            Fill<Bf16>(weight, isFlipped);
        else
            Fill<Fp32>(weight, isFlipped);
    }

    private void Fill<T>(Tensor weight, bool isFlipped)
        where T : unmanaged, IMapElement<T>
    {
        using var taps = weight.ChannelsLast();
        var from = (T*)TensorMemory.Pointer(taps);
        var (to, slices) = (this, (Inputs + Slice - 1) / Slice);
        ParallelFor.Run(Panels * slices, task => to.TransformSlice(from, isFlipped, task / slices, task % slices * Slice));
        GC.KeepAlive(taps);
    }

    private long Size => Header + Domain * PointStride;

    [SkipLocalsInit]
    private void TransformSlice<T>(T* from, bool isFlipped, int panel, int firstInput)
        where T : unmanaged, IMapElement<T>
    {
        const int taps = Kernel * Kernel;
        var memory = stackalloc float[(Lanes * taps + 1) * Lanes];
        var block = Align(memory);
        var width = GemmMicroKernel.PanelWidth;
        var end = Math.Min(firstInput + Slice, Inputs);
        for (var input = firstInput; input < end; input += Lanes)
        {
            var inputs = Math.Min(Lanes, end - input);
            for (var lane = 0; lane < width; lane += Lanes)
            {
                var output = panel * width + lane;
                var outputs = Math.Clamp(Outputs - output, 0, Lanes);
                if (outputs < Lanes)
                    new Span<float>(block, Lanes * taps * Lanes).Clear();
                if (isFlipped)
                    GatherFlipped(from, input, inputs, output, outputs, block);
                else
                    Gather(from, input, inputs, output, outputs, block);
                var to = Panel(0, panel) + (nint)input * width + lane;
                for (var i = 0; i < inputs; i++)
                    Weight(block + i * taps * Lanes, to + i * width, PointStride);
            }
        }
    }

    // Copies weights [O, tap, I] to [input channels, tap, output channels], where a tap is an element of the kernel.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Gather<T>(T* from, int input, int inputs, int output, int outputs, float* block)
        where T : unmanaged, IMapElement<T>
    {
        const int taps = Kernel * Kernel;
        if (Avx.IsSupported && inputs == Lanes && outputs == Lanes)
        {
            var first = from + (nint)output * taps * Inputs + input;
            for (var tap = 0; tap < taps; tap++, first += Inputs)
                Transpose(first, (nint)taps * Inputs, block + tap * Lanes, taps * Lanes);
            return;
        }

        for (var o = 0; o < outputs; o++)
        {
            var row = from + (nint)(output + o) * taps * Inputs + input;
            for (var tap = 0; tap < taps; tap++, row += Inputs)
            {
                var values = Load(row, inputs);
                for (var i = 0; i < inputs; i++)
                    block[(i * taps + tap) * Lanes + o] = values[i];
            }
        }
    }

    // Transposes 8x8: interleaves pairs of rows, then pairs of those, then exchanges halves.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Transpose<T>(T* from, nint fromStride, float* to, nint toStride)
        where T : unmanaged, IMapElement<T>
    {
        Vector256<float> r0 = T.Load(from), r1 = T.Load(from + fromStride), r2 = T.Load(from + 2 * fromStride), r3 = T.Load(from + 3 * fromStride);
        from += 4 * fromStride;
        Vector256<float> r4 = T.Load(from), r5 = T.Load(from + fromStride), r6 = T.Load(from + 2 * fromStride), r7 = T.Load(from + 3 * fromStride);
        Quads(r0, r1, r2, r3, out var a0, out var a1, out var a2, out var a3);
        Quads(r4, r5, r6, r7, out var b0, out var b1, out var b2, out var b3);
        Avx.Permute2x128(a0, b0, 0x20).Store(to);
        Avx.Permute2x128(a1, b1, 0x20).Store(to + toStride);
        Avx.Permute2x128(a2, b2, 0x20).Store(to + 2 * toStride);
        Avx.Permute2x128(a3, b3, 0x20).Store(to + 3 * toStride);
        to += 4 * toStride;
        Avx.Permute2x128(a0, b0, 0x31).Store(to);
        Avx.Permute2x128(a1, b1, 0x31).Store(to + toStride);
        Avx.Permute2x128(a2, b2, 0x31).Store(to + 2 * toStride);
        Avx.Permute2x128(a3, b3, 0x31).Store(to + 3 * toStride);
    }

    // Transposes 4x4 in each half of four rows.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Quads(
        Vector256<float> r0, Vector256<float> r1, Vector256<float> r2, Vector256<float> r3,
        out Vector256<float> q0, out Vector256<float> q1, out Vector256<float> q2, out Vector256<float> q3)
    {
        Vector256<float> low01 = Avx.UnpackLow(r0, r1), high01 = Avx.UnpackHigh(r0, r1), low23 = Avx.UnpackLow(r2, r3), high23 = Avx.UnpackHigh(r2, r3);
        q0 = Avx.Shuffle(low01, low23, 0x44);
        q1 = Avx.Shuffle(low01, low23, 0xee);
        q2 = Avx.Shuffle(high01, high23, 0x44);
        q3 = Avx.Shuffle(high01, high23, 0xee);
    }

    // Copies the weights with the taps in reverse order and inputs and outputs swapped: the input channels of this convolution are
    // dimension O.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void GatherFlipped<T>(T* from, int input, int inputs, int output, int outputs, float* block)
        where T : unmanaged, IMapElement<T>
    {
        const int taps = Kernel * Kernel;
        for (var i = 0; i < inputs; i++)
        {
            var row = from + (nint)(input + i) * taps * Outputs + output;
            for (var tap = taps - 1; tap >= 0; tap--, row += Outputs)
                Load(row, outputs).Store(block + (i * taps + tap) * Lanes);
        }
    }
}
