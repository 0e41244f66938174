using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using static RetinaSharp.Kernels.WinogradTransforms;

namespace RetinaSharp.Kernels;

/// <summary>
/// Two-dimensional Winograd transforms of one tile, for eight channels at a time: first along the columns, into a buffer on the stack, then
/// along the rows. In the Winograd domain, the channels of a point are contiguous, and the points are <c>pointStride</c> elements apart.
/// </summary>
internal static unsafe class WinogradTileTransforms
{
    /// <summary>Number of channels that are transformed at a time: the fp32 lanes of a 256-bit vector.</summary>
    public const int Lanes = 8;

    /// <summary>Input transform: transforms a 6x6 input tile to the Winograd domain.</summary>
    /// <typeparam name="T">Element type of the pixels.</typeparam>
    /// <param name="pixels">Addresses of the 36 pixels of the tile; the array is overwritten.</param>
    /// <param name="channels">Number of channels.</param>
    /// <param name="to">Receives the tile in the Winograd domain, with the channels zero-padded to whole vectors.</param>
    /// <param name="pointStride">Number of elements between adjacent points of <paramref name="to"/>.</param>
    /// <param name="panelWidth">Number of contiguous channels of <paramref name="to"/>; a multiple of <see cref="Lanes"/>.</param>
    /// <param name="panelStride">Number of elements between adjacent groups of contiguous channels.</param>
    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Input<T>(T** pixels, int channels, float* to, nint pointStride, int panelWidth, nint panelStride)
        where T : unmanaged, IMapElement<T>
    {
        var memory = stackalloc float[(2 * Domain + 1) * Lanes];
        var half = Align(memory);
        var padded = (T*)(half + Domain * Lanes);
        for (var first = 0; first < channels; first += panelWidth, to += panelStride)
        {
            var end = Math.Min(first + panelWidth, channels);
            for (var channel = first; channel < end; channel += Lanes)
            {
                if (end - channel < Lanes)
                    Pad(pixels, Domain, channel, end - channel, padded);
                for (var x = 0; x < Points; x++)
                {
                    var p = pixels + x;
                    WinogradTransforms.Input(
                        T.Load(p[0] + channel), T.Load(p[Points] + channel), T.Load(p[2 * Points] + channel),
                        T.Load(p[3 * Points] + channel), T.Load(p[4 * Points] + channel), T.Load(p[5 * Points] + channel),
                        half + x * Lanes, Points * Lanes);
                }

                var d = half;
                var row = to + (channel - first);
                for (var y = 0; y < Points; y++, d += Points * Lanes, row += Points * pointStride)
                {
                    WinogradTransforms.Input(
                        Vector256.Load(d), Vector256.Load(d + Lanes), Vector256.Load(d + 2 * Lanes), Vector256.Load(d + 3 * Lanes), Vector256.Load(d + 4 * Lanes), Vector256.Load(d + 5 * Lanes),
                        row, pointStride);
                }
            }
        }
    }

    /// <summary>Output gradient transform: transforms the gradient of a 4x4 output tile to the Winograd domain.</summary>
    /// <typeparam name="T">Element type of the pixels.</typeparam>
    /// <param name="pixels">Addresses of the 16 pixels of the tile; the array is overwritten.</param>
    /// <param name="channels">Number of channels.</param>
    /// <param name="to">Receives the tile in the Winograd domain, with the channels zero-padded to whole vectors.</param>
    /// <param name="pointStride">Number of elements between adjacent points of <paramref name="to"/>.</param>
    /// <param name="panelWidth">Number of contiguous channels of <paramref name="to"/>; a multiple of <see cref="Lanes"/>.</param>
    /// <param name="panelStride">Number of elements between adjacent groups of contiguous channels.</param>
    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void OutputGradient<T>(T** pixels, int channels, float* to, nint pointStride, int panelWidth, nint panelStride)
        where T : unmanaged, IMapElement<T>
    {
        var memory = stackalloc float[(Points * Tile + Tile * Tile + 1) * Lanes];
        var half = Align(memory);
        var padded = (T*)(half + Points * Tile * Lanes);
        for (var first = 0; first < channels; first += panelWidth, to += panelStride)
        {
            var end = Math.Min(first + panelWidth, channels);
            for (var channel = first; channel < end; channel += Lanes)
            {
                if (end - channel < Lanes)
                    Pad(pixels, Tile * Tile, channel, end - channel, padded);
                for (var x = 0; x < Tile; x++)
                {
                    var p = pixels + x;
                    WinogradTransforms.OutputGradient(
                        T.Load(p[0] + channel), T.Load(p[Tile] + channel), T.Load(p[2 * Tile] + channel), T.Load(p[3 * Tile] + channel),
                        half + x * Lanes, Tile * Lanes);
                }

                var d = half;
                var row = to + (channel - first);
                for (var y = 0; y < Points; y++, d += Tile * Lanes, row += Points * pointStride)
                    WinogradTransforms.OutputGradient(Vector256.Load(d), Vector256.Load(d + Lanes), Vector256.Load(d + 2 * Lanes), Vector256.Load(d + 3 * Lanes), row, pointStride);
            }
        }
    }

    /// <summary>
    /// Weight transform: transforms the 3x3 kernels of one input channel and eight output channels to the Winograd domain.
    /// </summary>
    /// <param name="taps">The weights, [9 kernel elements (taps), 8 output channels].</param>
    /// <param name="to">Receives the transformed weights, eight contiguous values for each point; the address of the first point.</param>
    /// <param name="pointStride">Number of elements between adjacent points of <paramref name="to"/>.</param>
    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Weight(float* taps, float* to, nint pointStride)
    {
        var memory = stackalloc float[(Points * Kernel + 1) * Lanes];
        var half = Align(memory);
        for (var x = 0; x < Kernel; x++)
        {
            var p = taps + x * Lanes;
            WinogradTransforms.Weight(Vector256.Load(p), Vector256.Load(p + Kernel * Lanes), Vector256.Load(p + 2 * Kernel * Lanes), half + x * Lanes, Kernel * Lanes);
        }

        for (var y = 0; y < Points; y++, half += Kernel * Lanes, to += Points * pointStride)
            WinogradTransforms.Weight(Vector256.Load(half), Vector256.Load(half + Lanes), Vector256.Load(half + 2 * Lanes), to, pointStride);
    }

    /// <summary>Output transform: transforms eight channels of a tile from the Winograd domain to 4x4 outputs.</summary>
    /// <param name="from">
    /// The channels in the Winograd domain, eight contiguous values for each point; the address of the first point.
    /// </param>
    /// <param name="pointStride">Number of elements between adjacent points of <paramref name="from"/>.</param>
    /// <param name="half">Scratch memory for 24 vectors.</param>
    /// <param name="to">The outputs, [4, 4, 8].</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Output(float* from, nint pointStride, float* half, float* to)
    {
        for (var x = 0; x < Points; x++, from += pointStride)
        {
            var m = from;
            var step = Points * pointStride;
            WinogradTransforms.Output(
                Vector256.Load(m), Vector256.Load(m + step), Vector256.Load(m + 2 * step), Vector256.Load(m + 3 * step), Vector256.Load(m + 4 * step), Vector256.Load(m + 5 * step),
                half + x * Lanes, Points * Lanes);
        }

        for (var y = 0; y < Tile; y++, half += Points * Lanes, to += Tile * Lanes)
        {
            WinogradTransforms.Output(
                Vector256.Load(half), Vector256.Load(half + Lanes), Vector256.Load(half + 2 * Lanes), Vector256.Load(half + 3 * Lanes), Vector256.Load(half + 4 * Lanes), Vector256.Load(half + 5 * Lanes),
                to, Lanes);
        }
    }

    /// <summary>
    /// Weight gradient transform: transforms from the Winograd domain to the gradients of 3x3 kernels, for one output channel and several
    /// input channels.
    /// </summary>
    /// <typeparam name="T">Element type of the gradients.</typeparam>
    /// <param name="from">The input channels of the first point, in whole vectors.</param>
    /// <param name="pointStride">Number of elements between adjacent points of <paramref name="from"/>.</param>
    /// <param name="channels">Number of channels.</param>
    /// <param name="to">Receives the gradients; the address of the first kernel element (tap) of the first input channel.</param>
    /// <param name="tapStride">Number of elements between adjacent taps.</param>
    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void WeightGradient<T>(float* from, nint pointStride, int channels, T* to, nint tapStride)
        where T : unmanaged, IMapElement<T>
    {
        var memory = stackalloc float[(Kernel * Points + Kernel * Kernel + 1) * Lanes];
        float* half = Align(memory), taps = half + Kernel * Points * Lanes;
        for (var channel = 0; channel < channels; channel += Lanes, from += Lanes)
        {
            var m = from;
            var step = Points * pointStride;
            for (var x = 0; x < Points; x++, m += pointStride)
            {
                WinogradTransforms.WeightGradient(
                    Vector256.Load(m), Vector256.Load(m + step), Vector256.Load(m + 2 * step), Vector256.Load(m + 3 * step), Vector256.Load(m + 4 * step), Vector256.Load(m + 5 * step),
                    half + x * Lanes, Points * Lanes);
            }

            for (var y = 0; y < Kernel; y++)
            {
                var h = half + y * Points * Lanes;
                WinogradTransforms.WeightGradient(
                    Vector256.Load(h), Vector256.Load(h + Lanes), Vector256.Load(h + 2 * Lanes), Vector256.Load(h + 3 * Lanes), Vector256.Load(h + 4 * Lanes), Vector256.Load(h + 5 * Lanes),
                    taps + y * Kernel * Lanes, Lanes);
            }

            var count = Math.Min(Lanes, channels - channel);
            for (var tap = 0; tap < Kernel * Kernel; tap++)
                Store(Vector256.Load(taps + tap * Lanes), to + tap * tapStride + channel, count);
        }
    }

    /// <summary>Loads up to eight elements as fp32; the remaining lanes are 0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Load<T>(T* from, int count)
        where T : unmanaged, IMapElement<T>
    {
        return count == Lanes ? T.Load(from) : LoadLast(from, count);
    }

    /// <summary>Stores the first elements of a vector, up to eight.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store<T>(Vector256<float> values, T* to, int count)
        where T : unmanaged, IMapElement<T>
    {
        if (count == Lanes)
            T.Store(values, to);
        else
            StoreLast(values, to, count);
    }

    /// <summary>
    /// Rounds an address up to the alignment of a vector, because a vector that spans two cache lines takes two accesses. The memory must
    /// have room for one additional vector.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float* Align(float* memory) => (float*)(((nuint)memory + Lanes * sizeof(float) - 1) & ~(nuint)(Lanes * sizeof(float) - 1));

    // Separate methods, so that the whole-vector path is inlined: a method with stackalloc is not inlined into a loop.
    private static Vector256<float> LoadLast<T>(T* from, int count)
        where T : unmanaged, IMapElement<T>
    {
        var last = stackalloc T[Lanes];
        for (var i = 0; i < Lanes; i++)
            last[i] = i < count ? from[i] : default;
        return T.Load(last);
    }

    private static void StoreLast<T>(Vector256<float> values, T* to, int count)
        where T : unmanaged, IMapElement<T>
    {
        var last = stackalloc T[Lanes];
        T.Store(values, last);
        for (var i = 0; i < count; i++)
            to[i] = last[i];
    }

    // Copies the last channels, fewer than a vector, and pads them with zeros.
    private static void Pad<T>(T** pixels, int count, int channel, int channels, T* to)
        where T : unmanaged
    {
        for (var i = 0; i < count; i++, to += Lanes)
        {
            for (var lane = 0; lane < Lanes; lane++)
                to[lane] = lane < channels ? pixels[i][channel + lane] : default;
            pixels[i] = to - channel;
        }
    }
}
