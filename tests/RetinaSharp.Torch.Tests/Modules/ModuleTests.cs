using RetinaSharp.Torch.Modules;

namespace RetinaSharp.Torch.Tests.Modules;

public class ModuleTests : LeakCheck
{
    [Fact]
    public void NamedParameters_OfNestedModules_AreJoinedByDots()
    {
        using var module = Nested();
        Assert.Equal(["0.0.weight", "0.1.weight", "0.1.bias", "1.0.weight", "1.0.bias", "2.0.weight"], module.NamedParameters().Select(entry => entry.Name));
        Assert.Equal("body.0.0.weight", module.NamedParameters("body.").First().Name);
    }

    [Fact]
    public void NamedBuffers_OfNestedModules_AreJoinedByDots()
    {
        using var module = Nested();
        Assert.Equal(["0.1.running_mean", "0.1.running_var", "2.1.weight", "2.1.bias", "2.1.running_mean", "2.1.running_var"], module.NamedBuffers().Select(entry => entry.Name));
    }

    [Fact]
    public void State_OfNestedModules_IsParametersAndBuffers()
    {
        using var module = Nested();
        Assert.Equal(module.NamedParameters().Select(entry => entry.Name).Concat(module.NamedBuffers().Select(entry => entry.Name)), module.State().Select(entry => entry.Name));
        module.To(Device.Cpu, ScalarType.BFloat16);
        Assert.All(module.State(), entry => Assert.Equal(ScalarType.Float32, entry.Tensor.Type));
    }

    [Fact]
    public void Refill_OfAModuleWithoutMemory_GivesItSome()
    {
        using var scope = new TensorScope();
        Module module;
        using (new Birthplace(Device.Meta))
            module = Nested();
        using var disposing = module;
        Assert.All(module.State(), entry => Assert.True(entry.Tensor.Device.IsMeta));

        var names = new List<string>();
        module.Refill((name, tensor) =>
        {
            names.Add(name);
            return Tensor.Zeros(ScalarType.Float32, Device.Cpu, tensor.Shape) + names.Count;
        });

        Assert.Equal(module.State().Select(entry => entry.Name).Order(), names.Order());
        Assert.All(module.State(), entry => Assert.Equal(names.IndexOf(entry.Name) + 1, entry.Tensor.ToArray()[0]));
        module.To(Device.Cpu, ScalarType.BFloat16);
        Assert.All(module.NamedParameters(), entry => Assert.Equal(names.IndexOf(entry.Name) + 1, entry.Parameter.Value.Detach().ToArray()[0]));
        using var elsewhere = Nested();
        Assert.All(elsewhere.State(), entry => Assert.True(entry.Tensor.Device.IsCpu));
    }

    [Fact]
    public void NamedModules_OfNestedModules_StartWithItself()
    {
        using var module = Nested();
        Assert.Equal(["", "0", "0.0", "0.1", "1", "1.0", "2", "2.0", "2.1"], module.NamedModules().Select(entry => entry.Name));
    }

    [Fact]
    public void Kinds_OfParameters_AreWhatTheyDo()
    {
        using var module = Nested();
        Assert.Equal(
            [ParameterKind.Weight, ParameterKind.Normalization, ParameterKind.Normalization, ParameterKind.Weight, ParameterKind.Bias, ParameterKind.Weight],
            module.NamedParameters().Select(entry => entry.Parameter.Kind));
    }

    [Fact]
    public void Train_OnAndOff_ReachesEveryModule()
    {
        using var module = Nested();
        module.Train(true);
        Assert.All(module.NamedModules(), entry => Assert.True(entry.Module.IsTraining));
        module.Train(false);
        Assert.All(module.NamedModules(), entry => Assert.False(entry.Module.IsTraining));
    }

    [Fact]
    public void To_BFloat16_LeavesNormsInSinglePrecision()
    {
        using var module = new ModuleList<ConvBlock>(new(new(2, 4, 1, bias: false), new BatchNorm2d(4)), new(new(4, 4, 1, bias: false), new GroupNorm(4)));
        module.To(Device.Cpu, ScalarType.BFloat16);
        Assert.Equal(
            ["BFloat16", "Float32", "Float32", "BFloat16", "Float32", "Float32"],
            module.NamedParameters().Select(entry => entry.Parameter.Value.Type.ToString()));
    }

    [Fact]
    public void To_AnotherType_KeepsTheState()
    {
        using var module = Nested().WithRandomState(1);
        var before = module.State().Select(entry => Numbers.Read(entry.Tensor)).ToArray();
        module.To(Device.Cpu, ScalarType.BFloat16);
        Assert.Equal(before, module.State().Select(entry => Numbers.Read(entry.Tensor)).ToArray());
    }

    [Theory]
    [InlineData(3, 1, true)]
    [InlineData(3, 2, false)]
    [InlineData(1, 1, true)]
    [InlineData(7, 2, false)]
    public void Conv2d_Forward_IsTheConvolutionOfItsWeights(int kernel, int stride, bool bias)
    {
        using var scope = new TensorScope();
        using var convolution = new Conv2d(3, 4, kernel, stride, bias).WithRandomState(1);
        var image = Image.Random(9, 2, 3, 8, 9);
        var weight = new Image(4, 3, kernel, kernel) { Values = States.Of(convolution, "weight") };
        var expected = image.Conv(weight, bias ? States.Of(convolution, "bias") : null, stride, kernel / 2);
        Numbers.Close(expected.Values, Numbers.Read(convolution.Forward(image.ToTensor(ScalarType.Float32))), 2e-5);
        convolution.To(Device.Cpu, ScalarType.BFloat16);
        Numbers.Close(expected.Values, Numbers.Read(convolution.Forward(image.ToTensor(ScalarType.BFloat16).ChannelsLast())), .05);
    }

    [Fact]
    public void Forward_FromEightThreads_EqualsOne()
    {
        const int Threads = 8;
        using var scope = new TensorScope();
        using var module = Nested().WithRandomState(1);
        var inputs = Enumerable.Range(0, Threads).Select(i => States.Input(i, 1, 2, 9, 9)).ToArray();
        var expected = inputs.Select(input => Numbers.Read(Run(module, input))).ToArray();
        var results = new double[Threads][];
        for (var round = 0; round < 5; round++)
        {
            // The folded weights are made anew, by whichever thread comes first.
            module.Refresh();
            using var barrier = new Barrier(Threads);
            var threads = Enumerable.Range(0, Threads).Select(i => new Thread(() =>
            {
                using var inner = new TensorScope();
                barrier.SignalAndWait();
                results[i] = Numbers.Read(Run(module, inputs[i]));
            })).ToList();
            threads.ForEach(thread => thread.Start());
            threads.ForEach(thread => thread.Join());
            for (var i = 0; i < Threads; i++)
                Numbers.Close(expected[i], results[i], 1e-6);
        }
    }

    [Fact]
    public void Dispose_OfAModule_FreesAllOfIt()
    {
        var before = TensorCount.Alive;
        var module = Nested().WithRandomState(1);
        module.To(Device.Cpu, ScalarType.BFloat16);
        using (var scope = new TensorScope())
            Run(module, Numbers.Make(Numbers.Uniform(1, 50), [1, 2, 5, 5], ScalarType.BFloat16));
        module.Dispose();
        Assert.Equal(before, TensorCount.Alive);
    }

    private static ModuleList<ConvBlock> Nested() => new(
        new ConvBlock(new(2, 4, 3, bias: false), new BatchNorm2d(4)),
        new ConvBlock(new(4, 4, 1)),
        new ConvBlock(new(4, 3, 3, bias: false), new FrozenBatchNorm2d(3)));

    private static Tensor Run(ModuleList<ConvBlock> module, Tensor input)
    {
        using var guard = Autograd.WithoutGradient();
        for (var i = 0; i < module.Count; i++)
            input = module[i].Forward(input).Relu();
        return input;
    }
}
