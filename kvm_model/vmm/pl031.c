/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kvm_model/vmm/pl031.h"

/* Offsets, DDI 0224 table 3-1. */
enum pl031_register {
    RTCDR = 0x00,
    RTCMR = 0x04,
    RTCLR = 0x08,
    RTCCR = 0x0c,
    RTCIMSC = 0x10,
    RTCRIS = 0x14,
    RTCMIS = 0x18,
    RTCICR = 0x1c,
    RTCPERIPHID0 = 0xfe0,
    RTCPCELLID3 = 0xffc,
};

#define RTC_BIT 1u /* the only one of RTCCR, RTCIMSC, RTCRIS, RTCMIS, RTCICR */

/* RTCPeriphID0..3 (part 0x031, designer 0x41), RTCPCellID0..3. */
static const uint8_t id_registers[] = {0x31, 0x10, 0x04, 0x00, 0x0d, 0xf0, 0x05, 0xb1};

static uint32_t count(const struct pl031 *pl031)
{
    const struct clock *clock = pl031->clock;

    return pl031->offset + (uint32_t)(clock->now.v / clock->profile->core_hz);
}

static void update_line(struct pl031 *pl031)
{
    device_irq_set(&pl031->irq, pl031->ris & pl031->imsc);
}

static void match(void *ctx, cycles_t late)
{
    struct pl031 *pl031 = ctx;

    (void)late;
    pl031->ris = RTC_BIT;
    update_line(pl031);
}

/* The comparison wraps with the counter; a match that is now is at once (hw/rtc/pl031.c). */
static void set_alarm(struct pl031 *pl031)
{
    struct clock *clock = pl031->clock;
    uint32_t seconds = pl031->mr - count(pl031);
    uint64_t hz = clock->profile->core_hz;

    event_queue_cancel(&clock->events, &pl031->alarm);
    if (!seconds)
        match(pl031, CYCLES(0));
    else
        clock_schedule(clock, &pl031->alarm, CYCLES((clock->now.v / hz + seconds) * hz));
}

static uint64_t read_register(const struct pl031 *pl031, uint64_t offset)
{
    if (offset >= RTCPERIPHID0 && offset <= RTCPCELLID3 && !(offset & 3))
        return id_registers[(offset - RTCPERIPHID0) / 4];
    switch (offset) {
    case RTCDR:
        return count(pl031);
    case RTCMR:
        return pl031->mr;
    case RTCLR:
        return pl031->lr;
    case RTCCR:
        return pl031->cr;
    case RTCIMSC:
        return pl031->imsc;
    case RTCRIS:
        return pl031->ris;
    case RTCMIS:
        return pl031->ris & pl031->imsc;
    default: /* reserved, and RTCICR, which can only be written */
        return 0;
    }
}

static void write_register(struct pl031 *pl031, uint64_t offset, uint32_t value)
{
    switch (offset) {
    case RTCMR:
        pl031->mr = value;
        set_alarm(pl031);
        break;
    case RTCLR:
        pl031->lr = value;
        pl031->offset += value - count(pl031);
        set_alarm(pl031);
        break;
    case RTCIMSC:
        pl031->imsc = value & RTC_BIT;
        update_line(pl031);
        break;
    case RTCICR:
        pl031->ris &= ~value;
        update_line(pl031);
        break;
    default: /* RTCCR: the counter, once started, runs; the others can only be read */
        break;
    }
}

static uint64_t read(void *device, uint64_t offset, unsigned size)
{
    struct pl031 *pl031 = device;
    uint64_t value = read_register(pl031, offset);

    (void)size;
    device_used(&pl031->use, false, value);
    return value;
}

static void write(void *device, uint64_t offset, uint64_t value, unsigned size)
{
    struct pl031 *pl031 = device;

    (void)size;
    device_used(&pl031->use, true, value);
    write_register(pl031, offset, (uint32_t)value);
}

const struct device_ops pl031_ops = {
    .read = read, .write = write, .endian = DEVICE_LITTLE_ENDIAN, .impl = {.min = 4, .max = 4}};

bool pl031_init(struct pl031 *pl031, struct clock *clock, uint32_t seconds,
                const struct device_irq *irq)
{
    *pl031 = (struct pl031){.clock = clock, .irq = *irq, .offset = seconds, .cr = RTC_BIT};
    pl031->alarm = (struct timed_event){.name = "pl031 alarm", .fn = match, .ctx = pl031};
    return event_queue_add(&clock->events, &pl031->alarm);
}

void pl031_free(struct pl031 *pl031)
{
    if (pl031->clock)
        event_queue_remove(&pl031->clock->events, &pl031->alarm);
    pl031->clock = NULL;
}
