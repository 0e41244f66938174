using System.Buffers;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using RetinaSharp.Torch;

namespace RetinaSharp.Detection.Weights;

/// <summary>All weights of a file in memory, laid out as networks want them. Reading them does not need the engine, so that it can be loaded meanwhile.</summary>
internal sealed unsafe class WeightMemory : IDisposable
{
    private const int Alignment = 64;

    private readonly SafetensorsFile _file;
    private readonly Dictionary<string, nint> _weights = [];

    private WeightMemory(SafetensorsFile file) => _file = file;

    /// <summary>The file's path, as given.</summary>
    public string Path => _file.Path;

    /// <summary>Names of those that nobody has taken.</summary>
    public IEnumerable<string> Left => _weights.Keys;

    /// <summary>Finds the system's functions that it takes: while a library is loaded on another thread there are none to be had.</summary>
    public static void Prepare() => NativeMemory.AlignedFree(NativeMemory.AlignedAlloc(Alignment, Alignment));

    /// <summary>Reads a file's.</summary>
    /// <exception cref="WeightsException">They cannot be read, or one is not of numbers with a point, or is too long.</exception>
    public static WeightMemory Read(SafetensorsFile file)
    {
        var memory = new WeightMemory(file);
        try
        {
            foreach (var (name, entry) in file.Entries)
                memory._weights.Add(name, memory.Read(entry));
            return memory;
        }
        catch
        {
            memory.Dispose();
            throw;
        }
    }

    /// <summary>Makes a weight a tensor, of single precision: [O, I, k, k] channels-last, others in C order. Each can be taken once.</summary>
    /// <param name="name">The weight.</param>
    /// <param name="like">A tensor of the shape that it has to have.</param>
    /// <exception cref="WeightsException">The file has none, or of another shape.</exception>
    public Tensor Take(string name, Tensor like)
    {
        var entry = _file.Required(name);
        entry.RequireShapeOf(like, _file.Path);
        var tensor = Tensor.Adopt((float*)_weights[name], channelsLast: IsImageLike(entry), like.Shape);
        _weights.Remove(name);
        return tensor;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var elements in _weights.Values)
            NativeMemory.AlignedFree((void*)elements);
        _weights.Clear();
    }

    private static bool IsImageLike(WeightEntry entry) => entry.Shape.Count == 4;

    private nint Read(SafetensorsTensor entry)
    {
        var count = _file.CountInOneArray(entry);
        var elements = (nint)NativeMemory.AlignedAlloc((nuint)Math.Max(1, count) * sizeof(float), Alignment);
        try
        {
            var destination = new Span<float>((void*)elements, count);
            var window = IsImageLike(entry) ? (int)(entry.Shape[2] * entry.Shape[3]) : 1;
            if (window <= 1)
                _file.ReadSingles(entry.Name, 0, destination);
            else
                ReadChannelsLast(entry.Name, destination, (int)entry.Shape[1], window);
            return elements;
        }
        catch
        {
            NativeMemory.AlignedFree((void*)elements);
            throw;
        }
    }

    /// <summary>
    /// Reads some outputs at a time. Arrays as large as the weights would bring the collector, and with it a new thread, for which all
    /// would wait until the engine is loaded.
    /// </summary>
    private void ReadChannelsLast(string name, Span<float> destination, int channels, int window)
    {
        const int Batch = 1 << 15;
        var output = channels * window;
        var step = Math.Max(1, Batch / Math.Max(1, output)) * output;
        var rows = ArrayPool<float>.Shared.Rent(Math.Min(step, destination.Length));
        for (var start = 0; start < destination.Length; start += step)
        {
            var batch = rows.AsSpan(0, Math.Min(step, destination.Length - start));
            _file.ReadSingles(name, start, batch);
            ChannelsLast(batch, destination.Slice(start, batch.Length), channels, window);
        }

        ArrayPool<float>.Shared.Return(rows);
    }

    /// <summary>[O, I, window] to [O, window, I].</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void ChannelsLast(ReadOnlySpan<float> source, Span<float> destination, int channels, int window)
    {
        for (var start = 0; start < source.Length; start += channels * window)
        {
            var from = source.Slice(start, channels * window);
            for (var place = 0; place < window; place++)
            {
                var to = destination.Slice(start + (place * channels), channels);
                for (var i = 0; i < to.Length; i++)
                    to[i] = from[(i * window) + place];
            }
        }
    }
}
