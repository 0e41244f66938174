using RetinaSharp.Torch.Modules;

namespace RetinaSharp.Torch.Tests.Modules;

/// <summary>Random weights and statistics, as a checkpoint would bring them.</summary>
internal static class States
{
    public static T WithRandomState<T>(this T module, int seed)
        where T : Module
    {
        using var guard = Autograd.WithoutGradient();
        using var scope = new TensorScope();
        foreach (var (name, tensor) in module.State())
        {
            var low = name.EndsWith("running_var", StringComparison.Ordinal) ? .5 : -1;
            tensor.Copy_(Numbers.Make(Numbers.Uniform(seed++, tensor.Count, low), tensor.Shape.ToArray()));
        }

        module.Refresh();
        return module;
    }

    public static double[] Of(Module module, string name) => Numbers.Read(module.State().Single(entry => entry.Name == name).Tensor);

    /// <summary>An input as the modules take it.</summary>
    public static Tensor Input(int seed, params long[] shape)
    {
        using var scope = new TensorScope();
        return scope.Keep(Numbers.Make(seed, shape).To(ScalarType.Float32).ChannelsLast());
    }
}
