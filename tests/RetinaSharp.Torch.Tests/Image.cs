namespace RetinaSharp.Torch.Tests;

/// <summary>[N, C, H, W] in double precision, with the operators of the networks written as their definitions read.</summary>
internal sealed class Image(int n, int c, int h, int w)
{
    public double[] Values { get; init; } = new double[n * c * h * w];

    public long[] Shape => [n, c, h, w];

    public double this[int image, int channel, int y, int x]
    {
        get => Values[(((((image * c) + channel) * h) + y) * w) + x];
        set => Values[(((((image * c) + channel) * h) + y) * w) + x] = value;
    }

    public static Image Random(int seed, int n, int c, int h, int w) => new(n, c, h, w) { Values = Numbers.Uniform(seed, n * c * h * w) };

    public Tensor ToTensor(ScalarType type = ScalarType.Float64) => Numbers.Make(Values, Shape, type);

    public Image Conv(Image weight, double[]? bias, int stride, int padding)
    {
        var (outputs, kernel) = ((int)weight.Shape[0], (int)weight.Shape[2]);
        var result = new Image(n, outputs, ((h + (2 * padding) - kernel) / stride) + 1, ((w + (2 * padding) - kernel) / stride) + 1);
        result.Fill((i, o, y, x) => (bias?[o] ?? 0) + Window(y, x, kernel, stride, padding)
            .SelectMany(_ => Enumerable.Range(0, c), (at, channel) => this[i, channel, at.Y, at.X] * weight[o, channel, at.KernelY, at.KernelX]).Sum());
        return result;
    }

    public Image MaxPool(int kernel, int stride, int padding)
    {
        var result = new Image(n, c, ((h + (2 * padding) - kernel) / stride) + 1, ((w + (2 * padding) - kernel) / stride) + 1);
        result.Fill((i, channel, y, x) => Window(y, x, kernel, stride, padding).Max(at => this[i, channel, at.Y, at.X]));
        return result;
    }

    public Image UpsampleNearest(int height, int width)
    {
        var result = new Image(n, c, height, width);
        result.Fill((i, channel, y, x) => this[i, channel, y * h / height, x * w / width]);
        return result;
    }

    /// <summary>(x - mean) / sqrt(variance + epsilon) · weight + bias, each by channel.</summary>
    public Image Affine(double[] mean, double[] variance, double[] weight, double[] bias, double epsilon)
    {
        var result = new Image(n, c, h, w);
        result.Fill((i, channel, y, x) => ((this[i, channel, y, x] - mean[channel]) / Math.Sqrt(variance[channel] + epsilon) * weight[channel]) + bias[channel]);
        return result;
    }

    public Image GroupNorm(int groups, double[] weight, double[] bias, double epsilon)
    {
        var result = new Image(n, c, h, w);
        var members = c / groups;
        for (var i = 0; i < n; i++)
        {
            var (image, statistics) = (i, Enumerable.Range(0, c).Select(channel => Moments(i, i + 1, channel / members * members, ((channel / members) + 1) * members)).ToArray());
            result.Fill((_, channel, y, x) => ((this[image, channel, y, x] - statistics[channel].Mean) / Math.Sqrt(statistics[channel].Variance + epsilon) * weight[channel]) + bias[channel], image);
        }

        return result;
    }

    /// <summary>Mean and biased variance over some images and channels.</summary>
    public (double Mean, double Variance) Moments(int firstImage, int endImage, int firstChannel, int endChannel)
    {
        var values = (from i in Enumerable.Range(firstImage, endImage - firstImage)
                      from channel in Enumerable.Range(firstChannel, endChannel - firstChannel)
                      from y in Enumerable.Range(0, h)
                      from x in Enumerable.Range(0, w)
                      select this[i, channel, y, x]).ToArray();
        var mean = values.Average();
        return (mean, values.Average(value => (value - mean) * (value - mean)));
    }

    private IEnumerable<(int Y, int X, int KernelY, int KernelX)> Window(int y, int x, int kernel, int stride, int padding) =>
        from kernelY in Enumerable.Range(0, kernel)
        from kernelX in Enumerable.Range(0, kernel)
        let at = (Y: (y * stride) + kernelY - padding, X: (x * stride) + kernelX - padding, kernelY, kernelX)
        where at.Y >= 0 && at.Y < h && at.X >= 0 && at.X < w
        select at;

    private void Fill(Func<int, int, int, int, double> element, int? only = null)
    {
        for (var i = only ?? 0; i < (only + 1 ?? n); i++)
        {
            for (var channel = 0; channel < c; channel++)
            {
                for (var y = 0; y < h; y++)
                {
                    for (var x = 0; x < w; x++)
                        this[i, channel, y, x] = element(i, channel, y, x);
                }
            }
        }
    }
}
