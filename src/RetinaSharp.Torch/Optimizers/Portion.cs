namespace RetinaSharp.Torch.Optimizers;

/// <summary>
/// Pieces of tensors that are updated together. An update is a row of operators over all weights; done portion by portion, what
/// one operator wrote is still in the core's cache for the next, and portions can go to several threads. The operators work element by element, so that the result
/// does not depend on the cut.
/// </summary>
internal sealed class Portion
{
    // Five lists of it (weights, gradients, two moments, a result between) are 1.25 MB, which fits the second-level cache of a server's core.
    private const long MostElements = 1 << 16;

    private readonly List<(int Tensor, long Start, long Count, bool IsWhole)> _pieces = [];
    private long _elements;

    /// <summary>Cuts tensors, each dense in its memory.</summary>
    /// <param name="tensors">The tensors.</param>
    /// <param name="indices">Those of them that are cut.</param>
    public static Portion[] Cut(IReadOnlyList<Tensor> tensors, IEnumerable<int> indices)
    {
        var portions = new List<Portion>();
        foreach (var i in indices)
        {
            var count = tensors[i].Count;
            // On another device a portion costs the starts of its operators, and there is no such cache.
            var most = tensors[i].Device == Device.Cpu ? MostElements : long.MaxValue;
            for (var start = 0L; start < count; start += most)
            {
                var length = Math.Min(most, count - start);
                if (portions.Count == 0 || portions[^1]._elements > most - length)
                    portions.Add(new());
                portions[^1]._pieces.Add((i, start, length, length == count));
                portions[^1]._elements += length;
            }
        }

        return [.. portions];
    }

    /// <summary>The pieces: a tensor, and the elements of it in the order of memory.</summary>
    public IEnumerable<(int Tensor, long Start, long Count)> Pieces => _pieces.Select(piece => (piece.Tensor, piece.Start, piece.Count));

    /// <summary>The pieces of some tensors, as rows of numbers in the order of memory, without a copy.</summary>
    /// <param name="tensors">Tensors of the shapes and layouts of those that were cut.</param>
    public Tensor[] Of(IReadOnlyList<Tensor> tensors) =>
        [.. _pieces.Select(piece => piece.IsWhole ? tensors[piece.Tensor] : tensors[piece.Tensor].Row(piece.Start, piece.Count))];

    /// <summary>The same in single precision; copies of those that are not.</summary>
    /// <param name="tensors">Tensors of the shapes and layouts of those that were cut.</param>
    public Tensor[] InSinglePrecision(IReadOnlyList<Tensor> tensors) => [.. Of(tensors).Select(piece => piece.Type == ScalarType.Float32 ? piece : piece.To(ScalarType.Float32))];
}
