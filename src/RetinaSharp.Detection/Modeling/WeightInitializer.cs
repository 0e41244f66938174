using RetinaSharp.Losses;
using RetinaSharp.Torch.Modules;

namespace RetinaSharp.Detection.Modeling;

/// <summary>
/// The weights that training starts from, as the paper and torchvision choose them. They follow from the seed and the
/// parameter's name alone, not from LibTorch's generator, so that they are the same with every version of it.
/// </summary>
internal static class WeightInitializer
{
    private const double HeadDeviation = .01;

    public static void Initialize(RetinaNet model, long seed)
    {
        foreach (var (name, module) in model.NamedModules())
        {
            if (module is not Conv2d convolution)
                continue;
            var random = new RandomStream(seed, "weights " + name);
            if (name.StartsWith("backbone.body", StringComparison.Ordinal))
            {
                // Kaiming, normal, fan out: keeps the size of gradients through rectified layers.
                var deviation = Math.Sqrt(2.0 / (convolution.Outputs * convolution.Kernel * convolution.Kernel));
                Fill(convolution.Weight, () => deviation * random.NextNormal());
            }
            else if (name.StartsWith("backbone.fpn", StringComparison.Ordinal))
            {
                // Kaiming, uniform, for a linear layer (a = 1).
                var bound = Math.Sqrt(3.0 / (convolution.Inputs * convolution.Kernel * convolution.Kernel));
                Fill(convolution.Weight, () => random.NextDouble(-bound, bound));
            }
            else
            {
                Fill(convolution.Weight, () => HeadDeviation * random.NextNormal());
            }
        }

        var bias = PriorProbability.Bias(model.Settings.Prior);
        var place = 0;
        // A softmax starts with log(K (1 - π) / π) for the background and 0 for each class, all of which together are then at π.
        Fill(model.ClassificationHead.Last.Bias!, !model.HasBackground ? () => bias : () => place++ % (model.Classes + 1) == 0 ? Math.Log(model.Classes) - bias : 0);
    }

    private static void Fill(Parameter parameter, Func<double> next)
    {
        foreach (ref var element in parameter.Master.Data<float>())
            element = (float)next();
    }
}
