using System.Text;
using RetinaSharp.Detection.Modeling;
using RetinaSharp.Detection.Tests.Modeling;
using RetinaSharp.Imaging;

namespace RetinaSharp.Detection.Tests.Golden;

/// <summary>Weights and images that follow from a formula; make_torchvision_golden.py has the same.</summary>
internal static class FormulaWeights
{
    /// <summary>[count] numbers in [-1, 1): a hash (FNV-1a) of the text, then of each index (the finaliser of MurmurHash3).</summary>
    public static double[] Uniform(string text, long count)
    {
        var start = 2166136261u;
        foreach (var letter in Encoding.UTF8.GetBytes(text))
            start = (start ^ letter) * 16777619u;
        var numbers = new double[count];
        for (var i = 0; i < numbers.Length; i++)
        {
            var h = ((uint)i * 0x9E3779B9u) + start;
            h = (h ^ (h >> 16)) * 0x85EBCA6Bu;
            h = (h ^ (h >> 13)) * 0xC2B2AE35u;
            numbers[i] = ((h ^ (h >> 16)) / 2147483648.0) - 1;
        }
        return numbers;
    }

    /// <param name="state">The tensors.</param>
    /// <param name="salt">Chooses the weights.</param>
    /// <param name="logits">Factor of the layer that makes the scores.</param>
    public static void Fill(NetworkState state, int salt, double logits = 1)
    {
        foreach (var (name, tensor) in state.Entries)
            tensor.Fill(Values(salt, name, tensor.shape, logits));
    }

    /// <summary>The numbers of a weight in C order; for the parameters see <see cref="Fill"/>.</summary>
    public static float[] Values(int salt, string name, long[] shape, double logits = 1)
    {
        var map = Map(name, shape, logits);
        return [.. Uniform($"{salt} {name}", shape.Aggregate(1L, (product, side) => product * side)).Select(number => (float)map(number))];
    }

    public static Image Picture(int index, int width, int height) =>
        new(width, height, [.. Uniform($"image {index}", (long)width * height * 3).Select(u => (byte)Math.Floor((u + 1) * 128))]);

    private static Func<double, double> Map(string name, long[] shape, double logits)
    {
        if (shape.Length == 4)
        {
            var bound = Math.Sqrt(3.0 / (shape[1] * shape[2] * shape[3]));
            var gain = name.Contains("bbox_reg") ? .5 : name.Contains("body") ? .9 : name.Contains("cls_logits") ? 1.1 * logits : 1.1;
            return u => u * bound * gain;
        }
        if (name.EndsWith("running_var"))
            return u => 1 + (.2 * u);
        if (name.EndsWith("cls_logits.bias"))
            return u => u - 3;
        return name.EndsWith("weight") ? u => 1 + (.1 * u) : u => .1 * u;
    }
}
