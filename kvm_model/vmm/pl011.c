/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kvm_model/vmm/pl011.h"

#include <stdlib.h>

#include "cpu/arch/field.h"

/* Offsets, DDI 0183 table 3-1. */
enum pl011_register {
    UARTDR = 0x000,
    UARTRSR = 0x004, /* a write is UARTECR */
    UARTFR = 0x018,
    UARTILPR = 0x020,
    UARTIBRD = 0x024,
    UARTFBRD = 0x028,
    UARTLCR_H = 0x02c,
    UARTCR = 0x030,
    UARTIFLS = 0x034,
    UARTIMSC = 0x038,
    UARTRIS = 0x03c,
    UARTMIS = 0x040,
    UARTICR = 0x044,
    UARTDMACR = 0x048,
    UARTPERIPHID0 = 0xfe0,
    UARTPCELLID3 = 0xffc,
};

static const struct field DR_DATA = {0, 8};
static const struct field DR_ERRORS = {8, 4}; /* framing, parity, break, overrun: as in UARTRSR */
static const struct field DR_BE = {10, 1};
static const struct field RSR_OE = {3, 1};
static const struct field FR_RXFE = {4, 1};
static const struct field FR_RXFF = {6, 1};
static const struct field FR_TXFE = {7, 1};
static const struct field LCR_BRK = {0, 1};
static const struct field LCR_FEN = {4, 1};
static const struct field CR_UARTEN = {0, 1};
static const struct field CR_LBE = {7, 1};
static const struct field CR_TXE = {8, 1};
static const struct field CR_RXE = {9, 1};
static const struct field IFLS_RX = {3, 3};
static const struct field INT_RX = {4, 1};
static const struct field INT_TX = {5, 1};
static const struct field INT_RT = {6, 1};
static const struct field INT_BE = {9, 1};
static const struct field INT_OE = {10, 1};
static const struct field INT_ALL = {0, 11};

#define IFLS_RESET 0x12u /* half full, both FIFOs */

/* UARTPeriphID0..3 (part 0x011, designer 0x41, revision 3), UARTPCellID0..3. */
static const uint8_t id_registers[] = {0x11, 0x10, 0x34, 0x00, 0x0d, 0xf0, 0x05, 0xb1};

static uint32_t bit(struct field field)
{
    return (uint32_t)field_mask(field);
}

static void set_bit(uint32_t *word, struct field field, bool on)
{
    *word = on ? *word | bit(field) : *word & ~bit(field);
}

bool pl011_init(struct pl011 *pl011)
{
    *pl011 = (struct pl011){.cr = bit(CR_TXE) | bit(CR_RXE), .ifls = IFLS_RESET};
    pl011->output = malloc(PL011_OUTPUT_MAX);
    return pl011->output != NULL;
}

void pl011_free(struct pl011 *pl011)
{
    free(pl011->output);
    pl011->output = NULL;
}

/* --- interrupts --- */

static void update_line(struct pl011 *pl011)
{
    bool line = pl011->ris & pl011->imsc;

    if (line != pl011->line)
        device_irq_set(&pl011->irq, line);
    pl011->line = line;
}

/* Characters at which the receive interrupt is raised: UARTIFLS eighths, of reserved values all. */
static unsigned rx_trigger(const struct pl011 *pl011)
{
    static const uint8_t levels[8] = {4, 8, 16, 24, 28, 32, 32, 32};

    return field_get(pl011->lcr_h, LCR_FEN) ? levels[field_get(pl011->ifls, IFLS_RX)] : 1;
}

/* The receive interrupts follow the FIFO; what waits below the trigger runs into the time-out. */
static void update_receive(struct pl011 *pl011)
{
    set_bit(&pl011->ris, INT_RX, pl011->rx_count >= rx_trigger(pl011));
    if (!pl011->rx_count)
        set_bit(&pl011->ris, INT_RT, false);
}

/* --- the receive FIFO --- */

static unsigned depth(const struct pl011 *pl011)
{
    return field_get(pl011->lcr_h, LCR_FEN) ? PL011_FIFO_DEPTH : 1;
}

static void receive(struct pl011 *pl011, uint16_t character)
{
    if (pl011->rx_count >= depth(pl011)) {
        pl011->rsr |= bit(RSR_OE);
        pl011->ris |= bit(INT_OE);
        return;
    }
    pl011->rx[(pl011->rx_first + pl011->rx_count) % PL011_FIFO_DEPTH] = character;
    pl011->rx_count++;
    if (field_get(character, DR_BE))
        pl011->ris |= bit(INT_BE);
    if (pl011->rx_count < rx_trigger(pl011))
        pl011->ris |= bit(INT_RT);
    update_receive(pl011);
}

/* Flow control of the line: nothing is lost. In loopback the line is not connected. */
static void receive_waiting(struct pl011 *pl011)
{
    while (pl011->input_size && pl011->rx_count < depth(pl011) && !field_get(pl011->cr, CR_LBE)) {
        receive(pl011, (uint8_t)*pl011->input++);
        pl011->input_size--;
    }
}

void pl011_connect(struct pl011 *pl011, const struct device_irq *irq, const char *input,
                   size_t size)
{
    pl011->irq = *irq;
    pl011->input = input;
    pl011->input_size = size;
    receive_waiting(pl011);
}

static uint16_t take_received(struct pl011 *pl011)
{
    uint16_t character = 0;

    if (pl011->rx_count) {
        character = pl011->rx[pl011->rx_first];
        pl011->rx_first = (pl011->rx_first + 1) % PL011_FIFO_DEPTH;
        pl011->rx_count--;
    }
    pl011->rsr = (uint32_t)field_get(character, DR_ERRORS) | (pl011->rsr & bit(RSR_OE));
    update_receive(pl011);
    receive_waiting(pl011);
    return character;
}

/* --- the transmitter --- */

static void transmit(struct pl011 *pl011, uint64_t value)
{
    uint16_t character = (uint16_t)field_get(value, DR_DATA);

    if (!field_get(pl011->cr, CR_UARTEN) || !field_get(pl011->cr, CR_TXE))
        pl011->sent_disabled++;
    if (field_get(pl011->cr, CR_LBE))
        receive(pl011, character);
    else if (pl011->output_size < PL011_OUTPUT_MAX)
        pl011->output[pl011->output_size++] = (char)(uint8_t)character;
    else
        pl011->output_lost++;
    pl011->ris |= bit(INT_TX); /* sent at once: the FIFO is empty again */
}

/* --- modem lines: outputs come back as inputs in loopback (DDI 0183 2.4.7), else all are off ---
 */

static const struct {
    struct field output, flag, interrupt; /* of UARTCR, UARTFR, UARTRIS */
} modem_lines[] = {
    {{11, 1}, {0, 1}, {1, 1}}, /* RTS -> CTS */
    {{10, 1}, {1, 1}, {3, 1}}, /* DTR -> DSR */
    {{12, 1}, {2, 1}, {2, 1}}, /* Out1 -> DCD */
    {{13, 1}, {8, 1}, {0, 1}}, /* Out2 -> RI */
};

static uint32_t modem_flags(const struct pl011 *pl011)
{
    uint32_t flags = 0;

    for (size_t i = 0; i < sizeof(modem_lines) / sizeof(modem_lines[0]); i++)
        if (field_get(pl011->cr, CR_LBE) && field_get(pl011->cr, modem_lines[i].output))
            flags |= bit(modem_lines[i].flag);
    return flags;
}

static void write_cr(struct pl011 *pl011, uint32_t value)
{
    uint32_t before = modem_flags(pl011), changed;

    pl011->cr = value;
    changed = before ^ modem_flags(pl011);
    for (size_t i = 0; i < sizeof(modem_lines) / sizeof(modem_lines[0]); i++)
        if (changed & bit(modem_lines[i].flag))
            pl011->ris |= bit(modem_lines[i].interrupt);
    receive_waiting(pl011);
}

/* Changing FEN empties the FIFO, whose depth is another one then. */
static void write_lcr_h(struct pl011 *pl011, uint32_t value)
{
    uint32_t changed = pl011->lcr_h ^ value;

    pl011->lcr_h = value;
    if (field_get(changed, LCR_FEN))
        pl011->rx_first = pl011->rx_count = 0;
    if (field_get(changed & value, LCR_BRK) && field_get(pl011->cr, CR_LBE))
        receive(pl011, (uint16_t)field_mask(DR_BE));
    update_receive(pl011);
    receive_waiting(pl011);
}

/* --- registers --- */

static uint32_t flags(const struct pl011 *pl011)
{
    uint32_t value = modem_flags(pl011) | bit(FR_TXFE);

    set_bit(&value, FR_RXFE, !pl011->rx_count);
    set_bit(&value, FR_RXFF, pl011->rx_count >= depth(pl011));
    return value;
}

/* The storage of a read/write register, with the bits it implements; NULL for others. */
static uint32_t *rw_register(struct pl011 *pl011, uint64_t offset, uint32_t *mask)
{
    const struct {
        uint32_t offset, mask;
        uint32_t *storage;
    } rows[] = {
        {UARTILPR, 0xff, &pl011->ilpr},  {UARTIBRD, 0xffff, &pl011->ibrd},
        {UARTFBRD, 0x3f, &pl011->fbrd},  {UARTLCR_H, 0xff, &pl011->lcr_h},
        {UARTCR, 0xff87, &pl011->cr},    {UARTIFLS, 0x3f, &pl011->ifls},
        {UARTIMSC, 0x7ff, &pl011->imsc}, {UARTDMACR, 0x7, &pl011->dmacr},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        if (rows[i].offset != offset)
            continue;
        *mask = rows[i].mask;
        return rows[i].storage;
    }
    return NULL;
}

static uint64_t read_register(struct pl011 *pl011, uint64_t offset)
{
    uint32_t mask, *storage = rw_register(pl011, offset, &mask);

    if (storage)
        return *storage;
    if (offset >= UARTPERIPHID0 && offset <= UARTPCELLID3 && !(offset & 3))
        return id_registers[(offset - UARTPERIPHID0) / 4];
    switch (offset) {
    case UARTDR:
        return take_received(pl011);
    case UARTRSR:
        return pl011->rsr;
    case UARTFR:
        return flags(pl011);
    case UARTRIS:
        return pl011->ris;
    case UARTMIS:
        return pl011->ris & pl011->imsc;
    default: /* reserved, and what can only be written */
        return 0;
    }
}

static void write_register(struct pl011 *pl011, uint64_t offset, uint32_t value)
{
    uint32_t mask = 0, *storage = rw_register(pl011, offset, &mask);

    if (offset == UARTCR)
        write_cr(pl011, value & mask);
    else if (offset == UARTLCR_H)
        write_lcr_h(pl011, value & mask);
    else if (storage)
        *storage = value & mask;
    else if (offset == UARTDR)
        transmit(pl011, value);
    else if (offset == UARTRSR)
        pl011->rsr = 0;
    else if (offset == UARTICR)
        pl011->ris &= ~(value & bit(INT_ALL));
    if (offset == UARTIFLS)
        update_receive(pl011);
}

static uint64_t read(void *device, uint64_t offset, unsigned size)
{
    struct pl011 *pl011 = device;
    uint64_t value = read_register(pl011, offset);

    (void)size;
    device_used(&pl011->use, false, value);
    update_line(pl011);
    return value;
}

static void write(void *device, uint64_t offset, uint64_t value, unsigned size)
{
    struct pl011 *pl011 = device;

    (void)size;
    device_used(&pl011->use, true, value);
    write_register(pl011, offset, (uint32_t)value);
    update_line(pl011);
}

const struct device_ops pl011_ops = {
    .read = read, .write = write, .endian = DEVICE_LITTLE_ENDIAN, .impl = {.min = 4, .max = 4}};
