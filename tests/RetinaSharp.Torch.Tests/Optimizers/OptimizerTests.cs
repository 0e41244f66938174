using System.Runtime.Intrinsics.X86;
using RetinaSharp.Torch.Modules;
using RetinaSharp.Torch.Optimizers;

namespace RetinaSharp.Torch.Tests.Optimizers;

/// <summary>Several steps against the formulas of PyTorch's documentation, in double precision.</summary>
public class OptimizerTests : LeakCheck
{
    private const int Steps = 12;
    private const double Rate = .05;

    private readonly double[][] _weights = [Numbers.Uniform(1, 4), Numbers.Uniform(2, 3), Numbers.Uniform(3, 2)];

    [Theory]
    [InlineData(0, 0, true, true)]
    [InlineData(.9, 0, true, true)]
    [InlineData(.9, .1, true, true)]
    [InlineData(.9, .1, false, true)]
    [InlineData(.9, .1, false, false)]
    public void Sgd_SeveralSteps_IsPyTorchsFormula(double momentum, double decay, bool decayAll, bool inOnePass)
    {
        var velocity = _weights.Select(w => new double[w.Length]).ToArray();
        Check(parameters => new Sgd(parameters, momentum, decay, decayAll) { InOnePass = inOnePass }, (_, i, j, gradient) =>
        {
            gradient += IsDecayed(i, decayAll) ? decay * _weights[i][j] : 0;
            velocity[i][j] = (momentum * velocity[i][j]) + gradient;
            _weights[i][j] -= Rate * velocity[i][j];
        });
    }

    [Theory]
    [InlineData(1e-8, 0, false, true)]
    [InlineData(1e-8, .2, false, true)]
    [InlineData(1e-8, .2, true, true)]
    [InlineData(.5, .2, false, true)] // Large, so that its place in the formula shows.
    [InlineData(.5, .2, false, false)]
    public void AdamW_SeveralSteps_IsPyTorchsFormula(double epsilon, double decay, bool decayAll, bool inOnePass)
    {
        const double Beta1 = .8;
        const double Beta2 = .99;
        var mean = _weights.Select(w => new double[w.Length]).ToArray();
        var square = _weights.Select(w => new double[w.Length]).ToArray();
        Check(parameters => new AdamW(parameters, Beta1, Beta2, epsilon, decay, decayAll) { InOnePass = inOnePass }, (step, i, j, gradient) =>
        {
            _weights[i][j] *= 1 - (IsDecayed(i, decayAll) ? Rate * decay : 0);
            mean[i][j] = (Beta1 * mean[i][j]) + ((1 - Beta1) * gradient);
            square[i][j] = (Beta2 * square[i][j]) + ((1 - Beta2) * gradient * gradient);
            var denominator = (Math.Sqrt(square[i][j]) / Math.Sqrt(1 - Math.Pow(Beta2, step))) + epsilon;
            _weights[i][j] -= Rate / (1 - Math.Pow(Beta1, step)) * mean[i][j] / denominator;
        });
    }

    [Fact]
    public void Step_WithTheStateOfAnother_GoesOnAsItWould()
    {
        using var scope = new TensorScope();
        var (first, second) = (Parameters(), Parameters());
        using var original = new AdamW(first);
        using var resumed = new AdamW(second);
        using var gradients = new Gradients(first);
        for (var step = 1; step <= 3; step++)
            Step(original, gradients, step);
        using (Autograd.WithoutGradient())
        {
            foreach (var (from, to) in original.State.Zip(resumed.State))
            {
                Assert.Equal(from.Name, to.Name);
                for (var i = 0; i < from.Tensors.Length; i++)
                    to.Tensors[i].Copy_(from.Tensors[i]);
            }

            for (var i = 0; i < first.Length; i++)
                second[i].Master.Copy_(first[i].Master);
        }

        resumed.Steps = original.Steps;
        Step(original, gradients, 4);
        Step(resumed, gradients, 4);
        Assert.Equal(4, resumed.Steps);
        for (var i = 0; i < first.Length; i++)
        {
            Assert.Equal(first[i].Master.ToArray(), second[i].Master.ToArray());
            first[i].Dispose();
            second[i].Dispose();
        }
    }

    [Fact]
    public void Step_InBFloat16_MovesTheMasterAndRoundsItToTheValue()
    {
        using var scope = new TensorScope();
        using var parameter = new Parameter(ParameterKind.Weight, 2);
        parameter.To(Device.Cpu, ScalarType.BFloat16);
        using var gradients = new Gradients([parameter]);
        using var sgd = new Sgd([parameter], 0, 0);
        gradients.Put(0, Numbers.Make([1.001, 2], [2], ScalarType.Float32));
        sgd.Step(gradients, 1);
        Assert.Equal([-1.001f, -2f], parameter.Master.ToArray());
        Assert.Equal([-1, -2], Numbers.Read(parameter.Value));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Step_BFloat16GradientsInOnePass_AsByOperators(bool adam)
    {
        // More than a block and no multiple of one; not in C order; in several pieces.
        long[] shape = [230, 61, 3, 3];
        using var scope = new TensorScope();
        var found = new List<float[]>();
        foreach (var inOnePass in new[] { true, false })
        {
            using var parameter = new Parameter(ParameterKind.Weight, shape);
            using (Autograd.WithoutGradient())
                parameter.Master.Copy_(Drawn(0));
            parameter.To(Device.Cpu, ScalarType.BFloat16);
            using var gradients = new Gradients([parameter]);
            using Optimizer optimizer = adam ? new AdamW([parameter]) { InOnePass = inOnePass } : new Sgd([parameter]) { InOnePass = inOnePass };
            for (var step = 1; step <= 3; step++)
            {
                gradients.Put(0, Drawn(step).To(ScalarType.BFloat16).ChannelsLast());
                gradients.Clip(50);
                optimizer.Step(gradients, Rate);
            }

            found.Add(parameter.Master.ToArray());
            Assert.Equal(parameter.Master.To(ScalarType.BFloat16).ToArray(), parameter.Value.Detach().ToArray());
        }

        Numbers.Close([.. found[1].Select(value => (double)value)], [.. found[0].Select(value => (double)value)], 2e-6);

        Tensor Drawn(int seed) => Numbers.Make(Numbers.Uniform(seed, shape.Aggregate((a, b) => a * b)), shape, ScalarType.Float32);
    }

    /// <summary>Where the compiler may multiply and add in one, it rounds once: the product's last bit stays, which by itself would be rounded away.</summary>
    [Fact]
    public void Step_OnThisProcessor_RunsTheCodeOfItsGeneration()
    {
        using var scope = new TensorScope();
        using var parameter = new Parameter(ParameterKind.Weight, 1);
        using (Autograd.WithoutGradient())
            parameter.Master.Copy_(Numbers.Make([1 + double.ScaleB(1, -11)], [1], ScalarType.Float32));
        using var gradients = new Gradients([parameter]);
        using var sgd = new Sgd([parameter], 0, 0);
        gradients.Put(0, Numbers.Make([1 + double.ScaleB(1, -12)], [1], ScalarType.Float32));
        sgd.Step(gradients, 1 + double.ScaleB(1, -12));
        Assert.Equal(Avx2.IsSupported && Fma.IsSupported && Bmi2.IsSupported ? -MathF.ScaleB(1, -24) : 0, Assert.Single(parameter.Master.ToArray()));
    }

    [Fact]
    public void Step_GradientInAnotherLayout_Throws()
    {
        using var scope = new TensorScope();
        using var parameter = new Parameter(ParameterKind.Weight, 4, 3, 3, 3);
        parameter.To(Device.Cpu, ScalarType.BFloat16);
        using var gradients = new Gradients([parameter]);
        using var sgd = new Sgd([parameter]);
        gradients.Put(0, Tensor.Zeros(ScalarType.BFloat16, Device.Cpu, 4, 3, 3, 3));

        Assert.Contains("layout", Assert.Throws<TorchException>(() => sgd.Step(gradients, Rate)).Message);
        Assert.All(parameter.Master.ToArray(), weight => Assert.Equal(0, weight));
    }

    private static bool IsDecayed(int parameter, bool all) => all || parameter == 0;

    private static void Step(Optimizer optimizer, Gradients gradients, int step)
    {
        using var scope = new TensorScope();
        for (var i = 0; i < gradients.Parameters.Count; i++)
            gradients.Put(i, Numbers.Make(Gradient(step, i, gradients.Parameters[i].Master.Count), [gradients.Parameters[i].Master.Count], ScalarType.Float32));
        optimizer.Step(gradients, Rate);
    }

    private static double[] Gradient(int step, int parameter, long count) => Numbers.Uniform((100 * step) + parameter, count);

    private void Check(Func<Parameter[], Optimizer> create, Action<int, int, int, double> expect)
    {
        using var scope = new TensorScope();
        var parameters = Parameters();
        using var optimizer = create(parameters);
        using var gradients = new Gradients(parameters);
        for (var step = 1; step <= Steps; step++)
        {
            Step(optimizer, gradients, step);
            for (var i = 0; i < _weights.Length; i++)
            {
                var gradient = Gradient(step, i, _weights[i].Length);
                for (var j = 0; j < gradient.Length; j++)
                    expect(step, i, j, gradient[j]);
                Numbers.Close(_weights[i], Numbers.Read(parameters[i].Master), 2e-6);
            }
        }

        Assert.Equal(Steps, optimizer.Steps);
        foreach (var parameter in parameters)
            parameter.Dispose();
    }

    private Parameter[] Parameters()
    {
        using var guard = Autograd.WithoutGradient();
        using var scope = new TensorScope();
        ParameterKind[] kinds = [ParameterKind.Weight, ParameterKind.Bias, ParameterKind.Normalization];
        Parameter[] parameters = [.. kinds.Select((kind, i) => new Parameter(kind, _weights[i].Length))];
        for (var i = 0; i < parameters.Length; i++)
            parameters[i].Master.Copy_(Numbers.Make(_weights[i], [_weights[i].Length]));
        return parameters;
    }
}
